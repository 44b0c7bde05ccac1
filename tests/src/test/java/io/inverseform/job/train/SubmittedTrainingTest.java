package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.SubmitScript;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training through the launcher: workers as threads of one process, and as processes. */
@Tag("cluster")
class SubmittedTrainingTest {
  private static final String SMALL =
      " --set data.source=pictures --set data.table=table"
          + " --set synthesize.width=128 --set synthesize.height=64"
          + " --set synthesize.train=11 --set synthesize.val=2"
          + " --set augment.crop_height=64 --set augment.crop_width=96"
          + " --set train.batch=2 --set train.epochs=7 --set train.max_steps=20"
          + " --set train.validate_every=100"
          + " --set pretrain.run=inverse --set pretrain.network.tile=32"
          + " --set pretrain.train.max_steps=3 --set pretrain.scored=12";
  private static final Pattern WEIGHTS =
      Pattern.compile("step 20: loss \\S+ at first, .*; weights ([0-9a-f]{8}) in ");

  @TempDir private Path folder;

  @Test
  void twoExecutorsEndWithTheBitsOfTwoThreads() throws Exception {
    SubmitScript script = new SubmitScript(folder);
    run(script, "synthesize" + SMALL);
    run(script, "preprocess" + SMALL);
    run(script, "pretrain" + SMALL + " -- --master local[2]");

    String threads = run(script, "train" + SMALL + " --set run=threads -- --master local[2]");
    SubmitScript.Result processes =
        script.run(
            Map.of(),
            "train"
                + SMALL
                + " --set run=processes --set train.exchange.bind_address=127.0.0.0/8"
                + " --set train.exchange.ports=42000-42999 -- --master local-cluster[2,1,3072]"
                + " --conf spark.authenticate=true --conf spark.authenticate.secret=of-this-test"
                + " --conf spark.network.crypto.enabled=true");

    assertThat(processes.exitCode()).as(processes.err()).isZero();
    assertThat(weights(processes.out())).isEqualTo(weights(threads));
    assertThat(processes.err())
        .containsPattern("rank 0 is executor \\d on \\S+, listens at 127\\.0\\.0\\.1:42\\d{3}, ")
        .doesNotContain("spark.authenticate is off");
  }

  private static String run(SubmitScript script, String arguments) throws Exception {
    SubmitScript.Result result = script.run(Map.of(), arguments);
    assertThat(result.exitCode()).as(arguments + "\n" + result.err()).isZero();
    return result.out();
  }

  private static String weights(String out) {
    Matcher line = WEIGHTS.matcher(out);
    assertThat(line.find()).as(out).isTrue();
    return line.group(1);
  }
}
