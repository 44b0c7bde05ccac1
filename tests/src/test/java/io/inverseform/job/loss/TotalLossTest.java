package io.inverseform.job.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.config.LossConfig.Scope;
import io.inverseform.job.config.ModelConfig;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.model.Output;
import io.inverseform.job.model.SegmentationNetwork;
import io.inverseform.job.model.SmallInverseNetwork;
import io.inverseform.job.model.SmallNetwork;
import io.inverseform.job.torch.Differentiable;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Tensors;
import io.inverseform.job.torch.Torch;
import io.inverseform.udf.random.KeyedRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TotalLossTest {
  private static final int IMAGES = 2;
  private static final int CLASSES = 4;
  private static final int LOW = 4;
  private static final int SIZE = 16;

  private NDManager manager;

  @BeforeEach
  void start() {
    Torch.start(1);
    manager = Torch.manager(Device.cpu());
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private TotalLoss everyTerm(Scope scope) {
    return new TotalLoss(
        new LossConfig(
            SmallNetwork.OUTPUT_WEIGHTS,
            List.of(
                new LossConfig.ClassWeightedCrossEntropy(1, "ce", 1, scope),
                new LossConfig.BoundaryCrossEntropy(0.3, "bce", scope),
                new LossConfig.EdgeAttention(0.1, "attention", 0.5, 1, scope),
                LossConfig.InverseForm.published(0.3, "inverse"))),
        SmallNetwork.OUTPUTS,
        CLASSES,
        SmallInverseNetwork.random(manager, SmallInverseNetwork.perceptron(4)));
  }

  /** Random outputs of a network that are leaves of autograd. */
  private final class Leaves {
    private final Differentiable logits = leaf("logits", IMAGES, CLASSES);
    private final Differentiable boundary = leaf("boundary", IMAGES, 1);
    private final Differentiable auxiliaryLogits = leaf("auxiliary logits", IMAGES, CLASSES);
    private final Differentiable auxiliaryBoundary = leaf("auxiliary boundary", IMAGES, 1);

    private Differentiable leaf(String name, int images, int channels) {
      return new Differentiable(gaussian(name, images, channels, LOW, LOW));
    }

    List<Output> outputs() {
      return SmallNetwork.outputs(
          logits.leaf(), boundary.leaf(), auxiliaryLogits.leaf(), auxiliaryBoundary.leaf());
    }

    List<float[]> gradients() {
      return List.of(
          logits.gradient(),
          boundary.gradient(),
          auxiliaryLogits.gradient(),
          auxiliaryBoundary.gradient());
    }
  }

  private NDArray gaussian(String name, long... shape) {
    KeyedRandom random = new KeyedRandom(2, KeyedRandom.hash(name));
    float[] values = new float[Math.toIntExact(new Shape(shape).size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensors.of(manager, values, new Shape(shape));
  }

  private NDArray labels(int... perImage) {
    byte[] labels = new byte[IMAGES * SIZE * SIZE];
    KeyedRandom random = new KeyedRandom(4);
    for (int i = 0; i < labels.length; i++) {
      int label = perImage[i / (SIZE * SIZE)];
      labels[i] = (byte) (label < 0 ? random.nextInt(CLASSES) : label);
    }
    return Tensors.labels(manager, labels, new Shape(IMAGES, SIZE, SIZE));
  }

  private NDArray edges(float... perImage) {
    float[] edges = new float[IMAGES * SIZE * SIZE];
    KeyedRandom random = new KeyedRandom(6);
    for (int i = 0; i < edges.length; i++) {
      float edge = perImage[i / (SIZE * SIZE)];
      edges[i] = edge < 0 ? random.nextInt(2) : edge;
    }
    return Tensors.of(manager, edges, new Shape(IMAGES, 1, SIZE, SIZE));
  }

  @ParameterizedTest
  @EnumSource(Scope.class)
  void whatEveryImageLacksGivesZeroAndNoGradient(Scope scope) {
    Leaves leaves = new Leaves();
    StepLoss result =
        everyTerm(scope).compute(leaves.outputs(), labels(255, 255), edges(0, 0), IMAGES);
    Differentiable.backward(result.total());
    Map<String, Float> values = result.values();
    for (String name : List.of("ce", "attention", "bce", "aux.ce", "aux.attention", "aux.bce")) {
      assertThat(values).as("all ignored, no edge").containsEntry(name, 0f);
    }
    assertThat(leaves.logits.gradient()).containsOnly(0);
    assertThat(leaves.auxiliaryLogits.gradient()).containsOnly(0);
    leaves.gradients().forEach(TotalLossTest::assertFinite);
  }

  @ParameterizedTest
  @EnumSource(Scope.class)
  void imagesThatAreIgnoredOneClassOrWithoutEdgesStayFiniteBesideOthers(Scope scope) {
    int[][] labels = {{255, -1}, {0, 0}, {3, 255}, {-1, -1}};
    float[][] edges = {{0, -1}, {1, 1}, {1, 0}, {255, -1}, {0.5f, 255}};
    for (int[] label : labels) {
      for (float[] edge : edges) {
        Leaves leaves = new Leaves();
        StepLoss result =
            everyTerm(scope).compute(leaves.outputs(), labels(label), edges(edge), IMAGES);
        Differentiable.backward(result.total());
        assertThat(result.values().values()).allSatisfy(value -> assertThat(value).isFinite());
        leaves.gradients().forEach(TotalLossTest::assertFinite);
      }
    }
  }

  private static void assertFinite(float[] values) {
    for (float value : values) {
      assertThat(value).isFinite();
    }
  }

  @Test
  void outputsFarFromZeroStayFinite() {
    Leaves leaves = new Leaves();
    NDArray huge = leaves.logits.leaf().mul(1e6f);
    NDArray hugeBoundary = leaves.boundary.leaf().mul(1e6f);
    StepLoss result =
        everyTerm(Scope.IMAGE)
            .compute(
                SmallNetwork.outputs(huge, hugeBoundary, huge, hugeBoundary),
                labels(-1, -1),
                edges(-1, -1),
                IMAGES);
    Differentiable.backward(result.total());
    assertThat(result.total().getFloat()).isFinite();
    assertFinite(leaves.logits.gradient());
    assertFinite(leaves.boundary.gradient());
  }

  @Test
  void totalIsTheWeightedSumOfTheTermsOfBothOutputs() {
    Leaves leaves = new Leaves();
    TotalLoss loss = everyTerm(Scope.IMAGE);
    StepLoss result = loss.compute(leaves.outputs(), labels(-1, -1), edges(-1, -1), IMAGES);
    Map<String, Float> values = result.values();
    assertThat(values.keySet())
        .containsExactlyElementsOf(loss.names())
        .containsExactly(
            "ce",
            "bce",
            "attention",
            "inverse",
            "aux.ce",
            "aux.bce",
            "aux.attention",
            "aux.inverse");
    double main =
        values.get("ce")
            + 0.3 * values.get("bce")
            + 0.1 * values.get("attention")
            + 0.3 * values.get("inverse");
    double auxiliary =
        values.get("aux.ce")
            + 0.3 * values.get("aux.bce")
            + 0.1 * values.get("aux.attention")
            + 0.3 * values.get("aux.inverse");
    assertThat(result.total().getFloat())
        .isCloseTo((float) (main + 0.4 * auxiliary), offset(1e-5f));
    assertThat(values.values()).allSatisfy(value -> assertThat(value).isPositive());
  }

  @Test
  void scalarsAreFloat32() {
    StepLoss result =
        everyTerm(Scope.BATCH)
            .compute(new Leaves().outputs(), labels(-1, -1), edges(-1, -1), IMAGES);
    assertThat(result.total().getDataType()).isEqualTo(DataType.FLOAT32);
    assertThat(result.total().getShape()).isEqualTo(new Shape());
    assertThat(result.terms().values())
        .allSatisfy(term -> assertThat(term.getDataType()).isEqualTo(DataType.FLOAT32));
  }

  @Test
  void termsByImageOfTwoWorkersAddUpToThoseOfOne() {
    Leaves leaves = new Leaves();
    NDArray labels = labels(-1, 2);
    NDArray edges = edges(-1, 0);
    TotalLoss loss = everyTerm(Scope.IMAGE);
    StepLoss whole = loss.compute(leaves.outputs(), labels, edges, IMAGES);
    float[] sums = new float[whole.terms().size()];
    float total = 0;
    for (int image = 0; image < IMAGES; image++) {
      String index = image + ":" + (image + 1);
      List<Output> outputs =
          SmallNetwork.outputs(
              leaves.logits.leaf().get(index),
              leaves.boundary.leaf().get(index),
              leaves.auxiliaryLogits.leaf().get(index),
              leaves.auxiliaryBoundary.leaf().get(index));
      StepLoss part = loss.compute(outputs, labels.get(index), edges.get(index), IMAGES);
      total += part.total().getFloat();
      int next = 0;
      for (float value : part.values().values()) {
        sums[next++] += value;
      }
    }
    assertThat(total).isCloseTo(whole.total().getFloat(), offset(1e-5f));
    int next = 0;
    for (Map.Entry<String, Float> term : whole.values().entrySet()) {
      assertThat(sums[next++]).as(term.getKey()).isCloseTo(term.getValue(), offset(1e-5f));
    }
  }

  @Test
  void classWeightsOfAnImageDoNotLookAtTheOthers() {
    LossConfig.ClassWeightedCrossEntropy byImage =
        new LossConfig.ClassWeightedCrossEntropy(1, "ce", 1, Scope.IMAGE);
    LossConfig.ClassWeightedCrossEntropy byBatch =
        new LossConfig.ClassWeightedCrossEntropy(1, "ce", 1, Scope.BATCH);
    NDArray logits = gaussian("logits", IMAGES, CLASSES, SIZE, SIZE);
    float mixed = crossEntropy(byImage, logits, labels(-1, 3));
    assertThat(crossEntropy(byBatch, logits, labels(-1, 3))).isNotCloseTo(mixed, offset(1e-4f));
    // Of one class each, both scopes give the plain mean.
    assertThat(crossEntropy(byBatch, logits, labels(1, 3)))
        .isCloseTo(crossEntropy(byImage, logits, labels(1, 3)), offset(1e-5f));
  }

  private float crossEntropy(
      LossConfig.ClassWeightedCrossEntropy config, NDArray logits, NDArray labels) {
    TotalLoss loss =
        new TotalLoss(
            new LossConfig(Map.of("main", 1.0), List.of(config)), SmallNetwork.OUTPUTS, CLASSES);
    NDArray boundary = manager.zeros(new Shape(IMAGES, 1, SIZE, SIZE));
    List<Output> outputs = SmallNetwork.outputs(logits, boundary, logits, boundary);
    return loss.compute(outputs, labels, edges(0, 0), IMAGES).total().getFloat();
  }

  @Test
  void edgesThatAreNeitherOneNorZeroAreLeftOutOfTheBoundaryTerm() {
    LossConfig.BoundaryCrossEntropy config =
        new LossConfig.BoundaryCrossEntropy(1, "bce", Scope.IMAGE);
    // Logits 0 cost log 2; one edge among three others: weights 3/4 and 1/4.
    NDArray edges = manager.create(new float[] {1, 0, 0, 0, 255, 0.5f}, new Shape(1, 1, 1, 6));
    Truth truth = new Truth(manager.zeros(new Shape(1, 1, 6), DataType.INT64), edges);
    NDArray zeros = manager.zeros(new Shape(1, 1, 1, 6));
    try (Prediction prediction = new Prediction(new Output("main", zeros, zeros), 1, truth)) {
      NDArray sum = new BoundaryCrossEntropy(config).sumOverImages(prediction, truth);
      assertThat(sum.getFloat())
          .isCloseTo((float) (Math.log(2) * (0.75 + 3 * 0.25) / 4), offset(1e-6f));
    }
  }

  @Test
  void edgeAttentionIsTheCrossEntropyOfThePixelsAboveTheThreshold() {
    LossConfig.EdgeAttention config =
        new LossConfig.EdgeAttention(1, "attention", 0.8, 0, Scope.IMAGE);
    // Probabilities 0.88, 0.5 and 0.88; of the two, one has the right class by 2 : 0.
    Differentiable boundary =
        new Differentiable(manager.create(new float[] {2, 0, 2}, new Shape(1, 1, 1, 3)));
    NDArray logits = manager.create(new float[] {2, 9, 0, 0, 0, 0}, new Shape(1, 2, 1, 3));
    Truth truth =
        new Truth(
            manager.create(new long[] {0, 1, 1}, new Shape(1, 1, 3)),
            manager.zeros(new Shape(1, 1, 1, 3)));
    try (Prediction prediction =
        new Prediction(new Output("main", logits, boundary.leaf()), 2, truth)) {
      NDArray sum = new EdgeAttention(config, 2).sumOverImages(prediction, truth);
      double right = Math.log(1 + Math.exp(-2));
      assertThat(sum.getFloat()).isCloseTo((float) ((right + Math.log(2)) / 2), offset(1e-6f));
      assertThat(boundary.hasGradient()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void everyTermContributesToTheGradient(int term) {
    double[] all = {1, 0.3, 0.1};
    double[] without = all.clone();
    without[term] = 0;
    assertThat(gradient(all)).isNotEqualTo(gradient(without));
  }

  private float[] gradient(double... weights) {
    SegmentationNetwork network =
        SegmentationNetwork.of(SmallNetwork.config(NormConfig.Type.BATCH), SmallNetwork.CLASSES);
    try (FlatParameters parameters = new FlatParameters(manager, network, 1)) {
      TotalLoss loss =
          new TotalLoss(SmallNetwork.loss(weights), SmallNetwork.OUTPUTS, SmallNetwork.CLASSES);
      SmallNetwork.step(manager, network, parameters, loss, 1);
      float[] gradient = new float[parameters.gradient().length()];
      parameters.gradient().host().get(gradient);
      return gradient;
    }
  }

  @Test
  void nothingOfAStepIsKeptButItsScalars() {
    Leaves leaves = new Leaves();
    NDArray labels = labels(-1, -1);
    NDArray edges = edges(-1, -1);
    TotalLoss loss = everyTerm(Scope.IMAGE);
    List<NDArray> before = new ArrayList<>(manager.getManagedArrays());

    loss.compute(leaves.outputs(), labels, edges, IMAGES);

    List<NDArray> kept = new ArrayList<>(manager.getManagedArrays());
    kept.removeIf(array -> before.stream().anyMatch(known -> known == array));
    assertThat(kept).isNotEmpty().allSatisfy(array -> assertThat(array.size()).isEqualTo(1));
  }

  @Test
  void shapesThatDoNotFitAreRefusedWithBoth() {
    List<Output> outputs = new Leaves().outputs();
    TotalLoss loss = everyTerm(Scope.IMAGE);
    NDArray labels = labels(-1, -1);
    NDArray edges = edges(-1, -1);
    assertThatThrownBy(() -> loss.compute(outputs, labels, edges.get(":, :, :8"), IMAGES))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "labels must be (N, H, W) and edges (N, 1, H, W), are (2, 16, 16) and (2, 1, 8, 16)");
    assertThatThrownBy(() -> loss.compute(outputs, labels.get(":1"), edges.get(":1"), IMAGES))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "main logits must be (1, 4, h, w) for labels of shape (1, 16, 16), are (2, 4, 4, 4)");
    NDArray boundary = outputs.get(0).boundary();
    List<Output> swapped =
        SmallNetwork.outputs(outputs.get(0).logits(), boundary, boundary, boundary);
    assertThatThrownBy(() -> loss.compute(swapped, labels, edges, IMAGES))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("auxiliary logits must be (2, 4, h, w)")
        .hasMessageContaining("are (2, 1, 4, 4)");
    assertThatThrownBy(
            () -> loss.compute(outputs, labels.toType(DataType.FLOAT32, true), edges, IMAGES))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("labels must be int64 and edges float32 or float64, are float32 and float32");
    assertThatThrownBy(() -> loss.compute(outputs, labels, edges, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the normaliser is the number of images of a step, not 0.0");
  }

  @Test
  void anOutputWithoutBoundaryHasTheTermsThatNeedNone() {
    LossConfig config =
        new LossConfig(
            Map.of("main", 1.0, "scale_0.5", 0.05),
            List.of(
                new LossConfig.ClassWeightedCrossEntropy(1, "ce", 1, Scope.IMAGE),
                new LossConfig.BoundaryCrossEntropy(0.3, "bce", Scope.IMAGE)));
    List<ModelConfig.Output> given =
        List.of(
            new ModelConfig.Output("main", true),
            new ModelConfig.Output("auxiliary", true),
            new ModelConfig.Output("scale_0.5", false));
    TotalLoss loss = new TotalLoss(config, given, CLASSES);
    assertThat(loss.names()).containsExactly("ce", "bce", "scale_0.5.ce");

    NDArray logits = gaussian("logits", IMAGES, CLASSES, LOW, LOW);
    NDArray boundary = gaussian("boundary", IMAGES, 1, LOW, LOW);
    StepLoss result =
        loss.compute(
            List.of(new Output("main", logits, boundary), new Output("scale_0.5", logits, null)),
            labels(-1, -1),
            edges(-1, -1),
            IMAGES);
    Map<String, Float> terms = result.values();
    assertThat(terms.get("scale_0.5.ce")).isEqualTo(terms.get("ce")).isPositive();
    assertThat(result.total().getFloat())
        .isCloseTo(1.05f * terms.get("ce") + 0.3f * terms.get("bce"), offset(1e-5f));
  }

  @Test
  void aTermThatNoOutputServesIsRefused() {
    LossConfig config =
        new LossConfig(
            Map.of("main", 1.0),
            List.of(new LossConfig.BoundaryCrossEntropy(0.3, "bce", Scope.IMAGE)));
    List<ModelConfig.Output> given = List.of(new ModelConfig.Output("main", false));
    assertThatThrownBy(() -> new TotalLoss(config, given, CLASSES))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(
            "must be terms that the network has an output for, with a weight and a boundary head")
        .hasMessageEndingWith("is bce");
  }
}
