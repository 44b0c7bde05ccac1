package io.inverseform.job.allreduce;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.LoggedLines;
import java.util.List;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class ProtectionTest {
  private static final String OPEN = "WARN spark.authenticate is off: whoever reaches the ports";

  /** What two attempts of an application log of their protection. */
  private static List<String> told(String application, SparkConf conf) {
    try (LoggedLines log = new LoggedLines(Protection.class)) {
      conf.set("spark.app.id", application);
      new Workers(1, conf).close();
      new Workers(1, conf).close();
      return log.lines();
    }
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
            "WARN spark.network.crypto.enabled is off: gradients and weights can be read on the network");
    assertThat(told("sasl", clear.set("spark.authenticate.enableSaslEncryption", "true")))
        .isEmpty();
    assertThat(told("safe", Workers.authenticated("secret"))).isEmpty();
  }
}
