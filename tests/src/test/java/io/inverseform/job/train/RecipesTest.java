package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.config.ConfigLoader;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.loss.TotalLoss;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.model.SegmentationNetwork;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every recipe up to its first step: network, optimiser, loss, schedule and memory. */
class RecipesTest {
  private static final Path CONFIGS = Path.of("..", "configs");
  private static final Path TABLE = Path.of("..", "docs", "recipes.md");

  /** Pictures for training and classes, by data set. */
  private static final Map<String, int[]> DATA =
      Map.of(
          "cityscapes", new int[] {2975, 19},
          "camvid", new int[] {367, 11},
          "synthetic", new int[] {200, 19});

  /** The least network of the same outputs. */
  private static final List<String> SMALL =
      List.of(
          "model.backbone.stem=16",
          "model.backbone.stage1=1",
          "model.backbone.stage1_channels=16",
          "model.backbone.branches=[8, 16, 32, 64]",
          "model.backbone.blocks=1",
          "model.backbone.modules=[1, 1, 1]");

  @BeforeAll
  static void start() {
    Torch.start(1);
  }

  static List<String> recipes() throws IOException {
    try (Stream<Path> files = Files.list(CONFIGS)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".yaml") && !name.equals("demo.yaml"))
          .map(name -> name.replace(".yaml", ""))
          .sorted()
          .toList();
    }
  }

  private static JobConfig load(String recipe, List<String> settings) {
    return ConfigLoader.load(CONFIGS.resolve(recipe + ".yaml"), settings);
  }

  private static int[] data(String recipe) {
    return DATA.get(recipe.split("_")[5]);
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void theNetworkHasWhatOptimiserAndLossAskFor(String recipe) {
    JobConfig config = load(recipe, List.of());
    int classes = data(recipe)[1];
    SegmentationNetwork network = SegmentationNetwork.of(config.model(), classes);
    List<FlatParameters.Slot> slots = slots(network.shapes());
    ParameterGroups.of(slots, config.optimizer());
    FlatParameters.Slot last = slots.get(slots.size() - 1);
    int floats = last.offset() + last.length();
    long vectors = ShardState.of(config.optimizer(), 1).vectors().size();
    assertThat(4L * floats * (2 + vectors))
        .as("bytes of weights, gradients and optimiser")
        .isBetween(1L << 18, 2L << 30);
    assertThat(config.loss().hasInverseForm()).isEqualTo(recipe.contains("inverseform"));
  }

  private static TotalLoss loss(JobConfig config, int classes, NDManager manager) {
    InverseTransformNetwork inverse = null;
    if (config.loss().hasInverseForm()) {
      inverse = InverseTransformNetwork.of(config.pretrain().network());
      new FlatParameters(manager, inverse, config.seed());
    }
    return new TotalLoss(config.loss(), config.model().outputs(), classes, inverse);
  }

  private static List<FlatParameters.Slot> slots(Map<String, List<Long>> shapes) {
    List<FlatParameters.Slot> slots = new ArrayList<>();
    long offset = 0;
    for (Map.Entry<String, List<Long>> entry : shapes.entrySet()) {
      if (!entry.getKey().contains(".running_")) {
        Shape shape = new Shape(entry.getValue());
        slots.add(new FlatParameters.Slot(entry.getKey(), shape, Math.toIntExact(offset), true));
        offset += (shape.size() + 63) / 64 * 64;
      }
    }
    return slots;
  }

  /** As the part of its name says: 80k steps, or 484e for epochs. */
  @ParameterizedTest
  @MethodSource("recipes")
  void theScheduleIsAsLongAsItsNameSays(String recipe) {
    JobConfig config = load(recipe, List.of());
    int globalBatch = config.train().globalBatch(config.train().workers());
    int stepsPerEpoch = (data(recipe)[0] + globalBatch - 1) / globalBatch;
    long scheduled = (long) config.train().epochs() * stepsPerEpoch;
    int most = config.train().maxSteps();
    long steps = most > 0 ? Math.min(most, scheduled) : scheduled;
    String length = recipe.split("_")[4];
    int number = Integer.parseInt(length.substring(0, length.length() - 1));
    assertThat(steps)
        .isEqualTo(length.endsWith("k") ? 1000L * number : (long) number * stepsPerEpoch);

    Schedule schedule = Schedule.of(config, scheduled);
    double highest = 0;
    for (long step = 1; step <= steps; step++) {
      double rate = schedule.learningRate(step, (int) ((step - 1) / stepsPerEpoch));
      assertThat(rate).as("step %d", step).isGreaterThan(0);
      highest = Math.max(highest, rate);
    }
    assertThat(highest)
        .isBetween(0.8 * config.optimizer().learningRate(), config.optimizer().learningRate());
    assertThat(schedule.learningRate(steps, config.train().epochs() - 1))
        .isLessThan(0.02 * config.optimizer().learningRate());
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void theMemoryOfAStepIsCounted(String recipe) {
    JobConfig config = load(recipe, SMALL);
    try (NDManager manager = Torch.manager(Device.cpu())) {
      int classes = data(recipe)[1];
      SegmentationNetwork network = SegmentationNetwork.of(config.model(), classes);
      FlatParameters parameters = new FlatParameters(manager, network, config.seed());
      ShardState state = ShardState.of(config.optimizer(), parameters.weights().length());
      MemoryEstimate estimate =
          MemoryEstimate.of(
                  manager,
                  network,
                  parameters,
                  loss(config, manager, data(recipe)[1]),
                  config.train().batch(),
                  config.augment().cropHeight(),
                  config.augment().cropWidth())
              .withOptimizer(state);
      long weights = 4L * parameters.weights().length();
      assertThat(estimate.optimizer()).isEqualTo(weights * state.vectors().size());
      long pixels =
          (long) config.train().batch()
              * config.augment().cropHeight()
              * config.augment().cropWidth();
      assertThat(estimate.activations() / (double) pixels)
          .as("bytes a pixel of a crop")
          .isBetween(100.0, 10_000.0);
    }
  }

  private static TotalLoss loss(JobConfig config, NDManager manager, int classes) {
    InverseTransformNetwork inverse = InverseTransformNetwork.of(config.pretrain().network());
    new FlatParameters(manager, inverse, config.seed());
    return new TotalLoss(config.loss(), config.model().outputs(), classes, inverse);
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void itsFileStatesItsSourceAndTheTableNamesIt(String recipe) throws IOException {
    String text = Files.readString(CONFIGS.resolve(recipe + ".yaml"));
    if (recipe.contains("cityscapes")) {
      assertThat(text).contains("# Source: ", "# Reaches", "# Differs");
    }
    assertThat(Files.readString(TABLE)).contains("`" + recipe + "`");
  }

  @Test
  void theTableNamesNoOther() throws IOException {
    List<String> named =
        Stream.of(Files.readString(TABLE).split("`"))
            .filter(word -> word.matches("(ocrnet|hrnet)_\\w+_\\d+x\\d+"))
            .distinct()
            .sorted()
            .toList();
    assertThat(named).isEqualTo(recipes());
  }
}
