package io.inverseform.job.allreduce;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class ProtectionTest {
  private static final String OPEN = "spark.authenticate is off: whoever reaches the ports";

  /** Keeps what is logged. */
  private static final class Lines extends AbstractAppender {
    private final List<String> lines = new CopyOnWriteArrayList<>();

    Lines() {
      super("lines", null, null, true, Property.EMPTY_ARRAY);
    }

    @Override
    public void append(LogEvent event) {
      lines.add(event.getMessage().getFormattedMessage());
    }
  }

  /** What two attempts of an application log of their protection. */
  private static List<String> told(String application, SparkConf conf) {
    Logger logger = (Logger) LogManager.getLogger(Protection.class);
    Lines lines = new Lines();
    lines.start();
    Configurator.setLevel(logger.getName(), Level.WARN);
    logger.addAppender(lines);
    try {
      conf.set("spark.app.id", application);
      new Workers(1, conf).close();
      new Workers(1, conf).close();
    } finally {
      logger.removeAppender(lines);
      Configurator.setLevel(logger.getName(), Level.ERROR);
    }
    return lines.lines;
  }

  @Test
  void whatIsOpenIsToldOnceAnApplication() {
    assertThat(told("open-1", Workers.conf())).hasSize(1).first().asString().startsWith(OPEN);
    assertThat(told("open-1", Workers.conf())).isEmpty();
    assertThat(told("open-2", Workers.conf())).hasSize(1);
  }

  @Test
  void whatIsReadableIsTold() {
    SparkConf clear = Workers.authenticated("secret").set("spark.network.crypto.enabled", "false");
    assertThat(told("clear", clear))
        .containsExactly(
            "spark.network.crypto.enabled is off: gradients and weights can be read on the network");
    assertThat(told("sasl", clear.set("spark.authenticate.enableSaslEncryption", "true")))
        .isEmpty();
    assertThat(told("safe", Workers.authenticated("secret"))).isEmpty();
  }
}
