package io.inverseform.job.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.train.RunFolder;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LossCurvesTest {
  @TempDir private Path folder;
  private RunFolder run;

  @BeforeEach
  void open() throws IOException {
    run = new RunFolder(folder.toString(), new Configuration());
  }

  private static String line(long step, double loss, String more) {
    return "{\"step\":%d,\"learning_rate\":0.1,\"loss\":%s,\"terms\":{\"edge\":%s}%s}%n"
        .formatted(step, loss, loss / 2, more);
  }

  private void write(int attempt, String lines) throws IOException {
    Path file = Path.of(run.metrics(attempt).toUri());
    Files.createDirectories(file.getParent());
    Files.writeString(file, lines);
  }

  @Test
  void aLaterFileTakesThePlaceOfWhatItRepeats() throws IOException {
    write(1, line(1, 9, "") + line(2, 8, "") + line(3, 7, "") + line(4, 6, ""));
    write(2, line(3, 5, ""));

    Curve loss = StepMetrics.read(run).loss();

    assertThat(loss.steps()).containsExactly(1, 2, 3);
    assertThat(loss.values()).containsExactly(9, 8, 5);
  }

  @Test
  void theLastAttemptCountsWhateverItsFirstStep() throws IOException {
    write(1, line(3, 5, ""));
    write(2, line(1, 9, "") + line(2, 8, ""));
    assertThat(StepMetrics.read(run).loss().steps()).containsExactly(1, 2);
  }

  @Test
  void skippedStepsAndWhatIsNoNumberAreLeftOut() throws IOException {
    write(
        1,
        line(1, 9, "")
            + line(2, 8, ",\"skipped\":true")
            + "{\"step\":3,\"loss\":\"NaN\"}\n"
            + line(4, 6, ",\"validation\":{\"mean_iou\":0.5}"));

    StepMetrics metrics = StepMetrics.read(run);

    assertThat(metrics.loss().steps()).containsExactly(1, 4);
    assertThat(metrics.terms()).extracting(Curve::name).containsExactly("edge");
    assertThat(metrics.validation()).extracting(Curve::name).containsExactly("mean IoU");
    assertThat(metrics.validation().get(0).steps()).containsExactly(4);
  }

  @Test
  void anUnfinishedLastLineIsLeftOutAndABrokenOneInTheMiddleRefused() throws IOException {
    write(1, line(1, 9, "") + "{\"step\":2,\"lo");
    assertThat(StepMetrics.read(run).lastStep()).isEqualTo(1);

    write(1, line(1, 9, "") + "{\"step\":2,\"lo\n" + line(3, 7, ""));
    assertThatThrownBy(() -> StepMetrics.read(run))
        .hasMessageMatching("line 2 of .*attempt-00001.jsonl is no JSON: \\{\"step\":2,\"lo");
  }

  @Test
  void withoutALossThereIsNothingToDraw() throws IOException {
    String message = "no loss of any step in .*: nothing to draw";
    assertThatThrownBy(() -> LossCurves.write(run)).hasMessageMatching(message);
    write(1, line(1, 9, ",\"skipped\":true"));
    assertThatThrownBy(() -> LossCurves.write(run)).hasMessageMatching(message);
  }

  @Test
  void aThinnedCurveKeepsItsMeanAndASmoothOneItsSlope() {
    double[] line = LongStream.range(0, 100).mapToDouble(i -> i).toArray();
    Curve curve = new Curve("line", line, line);
    assertThat(curve.thinned(10).values()).startsWith(4.5, 14.5).hasSize(10);
    assertThat(curve.thinned(100)).isSameAs(curve);
    assertThat(curve.smoothed(7).values()).isEqualTo(line);
    assertThat(new Curve("", new double[3], new double[] {0, 3, 0}).smoothed(1).values())
        .containsExactly(0, 1, 0);
  }

  @Test
  void everyKindOfRunIsDrawn() throws IOException {
    // One step; zeros and negative values; far more steps than pixels.
    List<String> runs =
        List.of(
            line(1, 3, ""),
            line(1, 3, "") + line(2, 0, "") + line(3, -1, ",\"validation\":{\"mean_iou\":0.5}"),
            LongStream.rangeClosed(1, 5000)
                .mapToObj(s -> line(s, 100.0 / s, ""))
                .collect(Collectors.joining()));
    for (String lines : runs) {
      write(1, lines);
      BufferedImage image = ImageIO.read(Path.of(LossCurves.write(run).toUri()).toFile());
      assertThat(image.getWidth()).isEqualTo(1200);
      assertThat(coloured(image)).isGreaterThan(100);
    }
  }

  @Test
  void whatWasNotMeasuredHasNoChart() throws IOException {
    write(1, "{\"step\":1,\"loss\":0}\n{\"step\":2,\"loss\":0}\n");
    int lossAlone = ImageIO.read(Path.of(LossCurves.write(run).toUri()).toFile()).getHeight();
    write(1, line(1, 9, ",\"validation\":{\"mean_iou\":0.5}"));
    int all = ImageIO.read(Path.of(LossCurves.write(run).toUri()).toFile()).getHeight();
    assertThat(List.of(lossAlone, all)).containsExactly(560, 560 + 2 * 300);
  }

  /** Pixels that are neither white nor grey: the curves. */
  private static long coloured(BufferedImage image) {
    long count = 0;
    for (int rgb :
        image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth())) {
      count += (rgb >> 16 & 0xFF) == (rgb & 0xFF) ? 0 : 1;
    }
    return count;
  }
}
