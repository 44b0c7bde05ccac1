package io.inverseform.job.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.inverseform.golden.GoldenInverseNetwork;
import io.inverseform.golden.Goldens;
import io.inverseform.golden.Npz;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.config.LossConfig.Average;
import io.inverseform.job.config.LossConfig.Scope;
import io.inverseform.job.config.LossTerms;
import io.inverseform.job.config.LossTerms.HardAverage;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.model.Output;
import io.inverseform.job.torch.Differentiable;
import io.inverseform.job.torch.LossOperators;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Torch;
import io.inverseform.udf.label.LabelMap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The losses and their gradients equal the references'. */
@Tag("golden")
class LossesGoldenTest {
  private static final double VALUE = 1e-5;
  private static final double GRADIENT = 1e-4;
  private static final Pattern CROSS_ENTROPY =
      Pattern.compile(
          "ice_(norm(?<batch>\\d)_bw\\d|perimage_norm(?<image>\\d))(_ub(?<bound>[0-9.]+))?");
  private static final Pattern OHEM =
      Pattern.compile("ohem_t(?<threshold>[0-9.]+)_k(?<kept>\\d+)(_(?<average>all|kept))?");
  private static final double THRESHOLD = 0.8;

  /** The reference's threshold on the logit, as one on the probability. */
  private static final double RAW_THRESHOLD = 1 / (1 + Math.exp(-THRESHOLD));

  private static final String EDGE_GRADIENT = ".grad_edge_logits";
  private static final String GRADIENT_OF_LOGITS = ".grad_logits";
  private static final String EDGES = "edge_target";

  /**
   * A row of a file.
   *
   * @param sums whether the reference sums over the images, and does not average
   * @param edges array of the true edges
   */
  private record Row(String name, LossTerm term, boolean sums, String edges) {
    Row(String name, LossTerm term, boolean sums) {
      this(name, term, sums, EDGES);
    }
  }

  private static NDManager networks;

  @BeforeAll
  static void start() {
    Torch.start(1);
    networks = Torch.manager(Device.cpu());
  }

  @AfterAll
  static void release() {
    networks.close();
  }

  /** Prefixes of the cases of a file; it has single facts beside them. */
  private static List<String> cases(Npz golden) {
    return golden.prefixes().stream().filter(p -> golden.has(p + ".logits")).toList();
  }

  private static int classes(Npz golden, String prefix) {
    return golden.array(prefix + ".logits").shape()[1];
  }

  private static List<String> namesOf(Npz golden, String prefix, String suffix) {
    return golden.names().stream()
        .filter(name -> name.startsWith(prefix + ".") && name.endsWith(suffix))
        .map(name -> name.substring(prefix.length() + 1, name.length() - suffix.length()))
        .toList();
  }

  @TestFactory
  Stream<DynamicTest> valuesAndGradientsEqualTheReference() throws IOException {
    Npz golden = Npz.golden("losses.npz");
    List<DynamicTest> tests = new ArrayList<>();
    for (String prefix : cases(golden)) {
      int classes = classes(golden, prefix);
      List<Row> rows = new ArrayList<>(boundaryRows(golden, prefix, classes));
      for (String name : namesOf(golden, prefix, ".value")) {
        Matcher crossEntropy = CROSS_ENTROPY.matcher(name);
        Matcher ohem = OHEM.matcher(name);
        if (crossEntropy.matches()) {
          rows.add(new Row(name, crossEntropy(crossEntropy, classes), true));
        } else if (ohem.matches()) {
          rows.add(new Row(name, ohem(ohem, classes), false));
        }
      }
      rows.add(
          new Row(
              "relax_perimage",
              new RelaxedBoundary(
                  new LossTerms.RelaxedBoundary(1, "relaxed", 1, 0, Scope.IMAGE), classes),
              true));
      tests.addAll(tests(golden, prefix, classes, rows));
    }
    return tests.stream();
  }

  @Test
  void everyKindOfRowIsInTheFiles() throws IOException {
    assertThat(Npz.golden("losses.npz").names())
        .contains(
            "c1.bce2d_ign.value",
            "c1.ice_perimage_norm1.value",
            "c1.edge_attention.value",
            "c1.ohem_t0.7_k200_all.value",
            "c1.ohem_t0.005_k200_kept.value",
            "c1.ohem_t0.3_k20.keep",
            "c1.relax_perimage.value",
            "c1.relax.onehot",
            "c1.ice_weights_norm1",
            "c1.joint_sigmoidinv.value",
            "c1.joint_ref_norm1.grad_logits");
    assertThat(Npz.golden("losses_nv.npz").names())
        .contains(
            "c0.rmi.value",
            "c0.relax_nv_perimage_bw0.value",
            "c0.relax_nv_perimage_bw1.value",
            "c0.relax_multihot",
            "c1.rmi_bce_only.value",
            "c1.rmi_lambda0.value",
            "c1.rmi_pool2_r3.value");
  }

  @TestFactory
  Stream<DynamicTest> valuesAndGradientsEqualTheMultiScaleReference() throws IOException {
    Npz golden = Npz.golden("losses_nv.npz");
    List<DynamicTest> tests = new ArrayList<>();
    for (String prefix : cases(golden)) {
      int classes = classes(golden, prefix);
      List<Row> rows =
          List.of(
              new Row("rmi", rmi(4, 0.5, 0.5, classes), false),
              new Row("rmi_bce_only", rmi(4, 1, 0, classes), false),
              new Row("rmi_lambda0", rmi(4, 1, 0.5, classes), false),
              new Row("rmi_pool2_r3", rmi(2, 0.5, 0.5, classes), false),
              new Row("relax_nv_perimage_bw0", relaxed(Scope.IMAGE, classes), true),
              new Row("relax_nv_perimage_bw1", relaxed(Scope.BATCH, classes), true));
      tests.addAll(tests(golden, prefix, classes, rows));
    }
    return tests.stream();
  }

  /** Of the rows that the file has: the repository's files have not all of them for every case. */
  private static List<DynamicTest> tests(Npz golden, String prefix, int classes, List<Row> rows) {
    List<DynamicTest> tests = new ArrayList<>();
    for (Row row : rows) {
      String name = prefix + "." + row.name();
      if (golden.has(name + ".value")) {
        tests.add(DynamicTest.dynamicTest(name, () -> check(golden, prefix, classes, row)));
      }
    }
    return tests;
  }

  private static LossTerm rmi(int pool, double bce, double information, int classes) {
    return new RegionMutualInformation(
        new LossTerms.RegionMutualInformation(1, "rmi", 3, pool, bce, information, Scope.BATCH),
        classes);
  }

  private static LossTerm relaxed(Scope scope, int classes) {
    return new RelaxedBoundary(new LossTerms.RelaxedBoundary(1, "relaxed", 1, 1, scope), classes);
  }

  private static InverseForm inverseForm(Npz golden, String prefix) {
    InverseTransformNetwork network =
        GoldenInverseNetwork.load(networks, golden, prefix + ".inv.fc.");
    return new InverseForm(LossConfig.InverseForm.published(1, "inverse"), 1, network);
  }

  private static EdgeAttention attention(double threshold, boolean norm, int classes) {
    return new EdgeAttention(
        new LossConfig.EdgeAttention(1, "attention", threshold, 1, norm, Scope.BATCH), classes);
  }

  private static List<Row> boundaryRows(Npz golden, String prefix, int classes) {
    LossTerm balanced =
        new BoundaryCrossEntropy(new LossConfig.BoundaryCrossEntropy(1, "bce", Scope.BATCH));
    LossTerm overAll =
        new BoundaryCrossEntropy(
            new LossConfig.BoundaryCrossEntropy(1, "bce", 0, Average.ALL, Scope.BATCH));
    return List.of(
        new Row("inverse_sigmoid", inverseForm(golden, prefix), false),
        new Row("bce2d", balanced, false),
        new Row("bce2d_ign", overAll, false, "edge_target_ign"),
        new Row("edge_attention", attention(RAW_THRESHOLD, false, classes), true),
        new Row("edge_attention_sigmoid", attention(THRESHOLD, false, classes), true));
  }

  private static LossTerm crossEntropy(Matcher name, int classes) {
    boolean image = name.group("image") != null;
    boolean norm = name.group(image ? "image" : "batch").equals("1");
    double bound = name.group("bound") == null ? 1 : Double.parseDouble(name.group("bound"));
    Scope scope = image ? Scope.IMAGE : Scope.BATCH;
    return new ClassWeightedCrossEntropy(
        new LossConfig.ClassWeightedCrossEntropy(1, "ce", bound, norm, scope), classes);
  }

  private static OnlineHardExamples ohem(Matcher name, int classes) {
    HardAverage average = "all".equals(name.group("average")) ? HardAverage.ALL : HardAverage.KEPT;
    return new OnlineHardExamples(
        new LossTerms.OnlineHardExamples(
            1,
            "ohem",
            Double.parseDouble(name.group("threshold")),
            Integer.parseInt(name.group("kept")),
            average,
            0,
            Scope.BATCH),
        classes);
  }

  private static void check(Npz golden, String prefix, int classes, Row row) {
    try (NDManager manager = Torch.manager(Device.cpu())) {
      Differentiable logits = leaf(manager, golden.array(prefix + ".logits"));
      NDArray target = Goldens.labels(manager, golden.array(prefix + ".target"));
      boolean edges = golden.has(prefix + ".edge_logits");
      Differentiable boundary =
          edges
              ? leaf(manager, golden.array(prefix + ".edge_logits"))
              : new Differentiable(manager.zeros(boundaryOf(target)));
      Truth truth =
          new Truth(
              target,
              edges
                  ? Goldens.tensor(manager, golden.array(prefix + "." + row.edges()))
                  : manager.zeros(boundaryOf(target)));
      NDArray loss;
      try (Prediction prediction =
          new Prediction(new Output("main", logits.leaf(), boundary.leaf()), classes, truth)) {
        loss = row.term().sumOverImages(prediction, truth);
      }
      double factor = row.sums() ? 1 : 1.0 / truth.images();
      NDArray scaled = Operators.scale(loss, factor);

      Differentiable.backward(scaled);

      String name = prefix + "." + row.name();
      float expected = golden.array(name + ".value").scalar();
      assertThat(scaled.getFloat())
          .as(name)
          .isCloseTo(expected, offset((float) (VALUE * Math.abs(expected))));
      compare(golden, name + GRADIENT_OF_LOGITS, logits);
      compare(golden, name + EDGE_GRADIENT, boundary);
    }
  }

  private static Shape boundaryOf(NDArray target) {
    Shape labels = target.getShape();
    return new Shape(labels.get(0), 1, labels.get(1), labels.get(2));
  }

  private static Differentiable leaf(NDManager manager, Npz.Array array) {
    return new Differentiable(Goldens.tensor(manager, array));
  }

  private static void compare(Npz golden, String name, Differentiable input) {
    if (golden.has(name)) {
      assertThat(Goldens.relativeL2(input.gradient(), golden.array(name).floats()))
          .as(name)
          .isLessThan(GRADIENT);
    }
  }

  /**
   * The reference's sum of terms: cross-entropies over the images, means of the others. Of its
   * totals with an InverseForm term on the log-softmax, which has no gradient, the gradients.
   */
  @TestFactory
  Stream<DynamicTest> sumsOfTermsEqualTheReference() throws IOException {
    Npz golden = Npz.golden("losses.npz");
    List<DynamicTest> tests = new ArrayList<>();
    for (String prefix : cases(golden)) {
      for (String name : List.of("joint_sigmoidinv", "joint_ref", "joint_ref_norm1")) {
        if (golden.has(prefix + "." + name + EDGE_GRADIENT)) {
          tests.add(
              DynamicTest.dynamicTest(prefix + "." + name, () -> checkSum(golden, prefix, name)));
        }
      }
    }
    return tests.stream();
  }

  private static void checkSum(Npz golden, String prefix, String name) {
    int classes = classes(golden, prefix);
    boolean norm = name.endsWith("norm1");
    boolean inverse = name.endsWith("sigmoidinv");
    try (NDManager manager = Torch.manager(Device.cpu())) {
      Differentiable logits = leaf(manager, golden.array(prefix + ".logits"));
      Differentiable boundary = leaf(manager, golden.array(prefix + ".edge_logits"));
      Truth truth =
          new Truth(
              Goldens.labels(manager, golden.array(prefix + ".target")),
              Goldens.tensor(manager, golden.array(prefix + "." + EDGES)));
      double mean = 1.0 / truth.images();
      try (Prediction prediction =
          new Prediction(new Output("main", logits.leaf(), boundary.leaf()), classes, truth)) {
        LossTerm ce =
            new ClassWeightedCrossEntropy(
                new LossConfig.ClassWeightedCrossEntropy(1, "ce", 1, norm, Scope.BATCH), classes);
        LossTerm bce =
            new BoundaryCrossEntropy(new LossConfig.BoundaryCrossEntropy(1, "bce", Scope.BATCH));
        NDArray total =
            ce.sumOverImages(prediction, truth)
                .add(Operators.scale(bce.sumOverImages(prediction, truth), 0.3 * mean))
                .add(
                    Operators.scale(
                        attention(RAW_THRESHOLD, norm, classes).sumOverImages(prediction, truth),
                        0.1));
        if (inverse) {
          total =
              total.add(
                  Operators.scale(
                      inverseForm(golden, prefix).sumOverImages(prediction, truth), 0.3 * mean));
        }
        Differentiable.backward(total);
        if (inverse) {
          float expected = golden.array(prefix + "." + name + ".value").scalar();
          assertThat(total.getFloat()).isCloseTo(expected, offset((float) (VALUE * expected)));
        }
      }
      compare(golden, prefix + "." + name + GRADIENT_OF_LOGITS, logits);
      compare(golden, prefix + "." + name + EDGE_GRADIENT, boundary);
    }
  }

  @TestFactory
  Stream<DynamicTest> classWeightsHardPixelsAndNearClassesEqualTheReferences() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    Npz golden = Npz.golden("losses.npz");
    for (String prefix : cases(golden)) {
      String name = prefix + ".ice_weights_norm0";
      if (golden.has(name)) {
        tests.add(DynamicTest.dynamicTest(name, () -> checkWeights(golden, prefix)));
      }
      for (String row : namesOf(golden, prefix, ".keep")) {
        tests.add(
            DynamicTest.dynamicTest(
                prefix + "." + row + ".keep", () -> checkHardPixels(golden, prefix, row)));
      }
      if (golden.has(prefix + ".relax.onehot")) {
        tests.add(
            DynamicTest.dynamicTest(prefix + ".relax.onehot", () -> checkNear(golden, prefix)));
      }
    }
    Npz other = Npz.golden("losses_nv.npz");
    for (String prefix : cases(other)) {
      String name = prefix + ".relax_multihot";
      tests.add(DynamicTest.dynamicTest(name, () -> checkMultiHot(other, prefix, name)));
    }
    return tests.stream();
  }

  /** A class that is absent weighs 1 here; the reference's weight of it is never used. */
  private static void checkWeights(Npz golden, String prefix) {
    try (NDManager manager = Torch.manager(Device.cpu())) {
      int classes = classes(golden, prefix);
      NDArray target = Goldens.labels(manager, golden.array(prefix + ".target"));
      NDArray counts = Operators.classCounts(target, classes);
      float[] present = counts.sum(new int[] {0}).toFloatArray();
      for (String suffix : List.of("0", "1", "0_ub2.5", "1_ub2.5")) {
        float[] expected = golden.array(prefix + ".ice_weights_norm" + suffix).floats();
        double bound = suffix.endsWith("2.5") ? 2.5 : 1;
        boolean norm = suffix.startsWith("1");
        float[] actual = LossOperators.classWeights(counts, true, bound, norm).toFloatArray();
        for (int c = 0; c < classes; c++) {
          float weight = present[c] > 0 ? expected[c] : 1;
          assertThat(actual[c]).as(suffix).isCloseTo(weight, offset((float) VALUE * weight));
        }
      }
    }
  }

  private static void checkHardPixels(Npz golden, String prefix, String row) {
    Matcher name = OHEM.matcher(row);
    assertThat(name.matches()).isTrue();
    try (NDManager manager = Torch.manager(Device.cpu())) {
      int classes = classes(golden, prefix);
      NDArray target = Goldens.labels(manager, golden.array(prefix + ".target"));
      NDArray losses =
          Operators.crossEntropy(
              Goldens.tensor(manager, golden.array(prefix + ".logits")), target, LabelMap.IGNORE);
      assertThat(ohem(name, classes).kept(losses, target).toFloatArray())
          .containsExactly(golden.array(prefix + "." + row + ".keep").floats());
      NDArray counted = LossOperators.classMask(target, classes).reshape(1, -1);
      long rank = Long.parseLong(name.group("kept")) * target.getShape().get(0);
      double highest = -Math.log(Double.parseDouble(name.group("threshold")));
      NDArray limit = LossOperators.hardLimit(losses.reshape(1, -1), counted, highest, rank);
      float threshold = golden.array(prefix + "." + row + ".threshold").scalar();
      assertThat((float) Math.exp(-limit.getFloat(0)))
          .isCloseTo(threshold, offset((float) VALUE * threshold));
    }
  }

  private static void checkNear(Npz golden, String prefix) {
    try (NDManager manager = Torch.manager(Device.cpu())) {
      int classes = classes(golden, prefix);
      NDArray target = Goldens.labels(manager, golden.array(prefix + ".target"));
      NDArray near = LossOperators.multiHot(target, classes, 1).get(":, :" + classes);
      assertThat(near.toFloatArray())
          .containsExactly(golden.array(prefix + ".relax.onehot").floats());
      assertThat(near.sum(new int[] {1}).toFloatArray())
          .containsExactly(golden.array(prefix + ".relax.count").floats());
    }
  }

  private static void checkMultiHot(Npz golden, String prefix, String name) {
    try (NDManager manager = Torch.manager(Device.cpu())) {
      NDArray target = Goldens.labels(manager, golden.array(prefix + ".target"));
      NDArray hot = LossOperators.multiHot(target, classes(golden, prefix), 1);
      assertThat(hot.toFloatArray()).containsExactly(golden.array(name).floats());
    }
  }
}
