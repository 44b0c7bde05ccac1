package io.inverseform.job.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.LocalSpark;
import io.inverseform.job.archive.ModelArchive;
import io.inverseform.job.archive.SmallArchive;
import io.inverseform.job.model.Segmenter;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.random.KeyedRandom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks run in this process, so that they can leave here what they were given. */
class LoadedModelTest {
  private static final int WIDTH = 48;
  private static final int HEIGHT = 40;

  @TempDir private static Path shared;
  private static Inference one;
  private static Inference other;
  private static volatile Segmenter left;

  @BeforeAll
  static void archives() throws IOException {
    one = inference("one");
    other = inference("other");
  }

  private static Inference inference(String name) throws IOException {
    Configuration hadoop = new Configuration();
    Path archive = SmallArchive.write(shared.resolve(name));
    return Inference.of(ModelArchive.open(archive.toString(), hadoop), 1, hadoop);
  }

  private static LabelMap labels(Segmenter segmenter) {
    KeyedRandom random = new KeyedRandom(3);
    byte[] rgb = new byte[3 * WIDTH * HEIGHT];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) random.nextLong();
    }
    return segmenter.segment(rgb, HEIGHT, WIDTH);
  }

  /** What a task makes of nothing. */
  private static <T> T inTask(Function<Integer, T> task) {
    return JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext())
        .parallelize(List.of(0), 1)
        .map(task)
        .first();
  }

  @Test
  void aTaskKeepsAllModelsThatItUses() {
    Inference first = one;
    Inference second = other;
    boolean same =
        inTask(
            i -> {
              Segmenter segmenter = first.segmenter();
              LabelMap before = labels(segmenter);
              LabelMap ofSecond = labels(second.segmenter());
              return first.segmenter() == segmenter
                  && labels(segmenter).equals(before)
                  && labels(second.segmenter()).equals(ofSecond);
            });
    assertThat(same).isTrue();
  }

  @Test
  void aModelStaysForTheNextTaskUntilAnotherIsLoaded() throws IOException {
    Inference first = one;
    Inference third = inference("third");
    inTask(
        i -> {
          left = first.segmenter();
          return 0;
        });
    boolean same = inTask(i -> first.segmenter() == left);
    assertThat(same).isTrue();
    assertThat(labels(left).width()).isEqualTo(WIDTH);

    inTask(i -> labels(third.segmenter()).width());

    assertThatThrownBy(() -> labels(left))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void aTaskWithAnotherGpuIsNotGivenTheModelOfTheFirst() {
    Inference model = one;
    String refusal =
        inTask(
            i -> {
              model.segmenter();
              try {
                LoadedModel.segmenter(
                    model.model(), model.hadoop().value(), List.of("none"), TaskContext.get());
                return "";
              } catch (IllegalStateException e) {
                return e.getMessage();
              }
            });
    assertThat(refusal).startsWith("Spark gave this task GPU none, but PyTorch ");
  }
}
