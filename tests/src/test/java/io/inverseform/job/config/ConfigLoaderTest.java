package io.inverseform.job.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigLoaderTest {
  private static final String KNOWN_TYPES =
      " class_weighted_cross_entropy, boundary_cross_entropy, edge_attention, inverse_form,"
          + " cross_entropy, ohem_cross_entropy, top_k_cross_entropy, focal, dice, tversky,"
          + " relaxed_boundary, rmi, signed_distance";

  @TempDir private Path folder;
  private Path complete;

  @BeforeEach
  void writeCompleteFile() throws IOException {
    complete = file("complete.yaml", ConfigYaml.write(ConfigLoader.loadDemo(List.of())));
  }

  private Path file(String name, String yaml) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, yaml);
  }

  private static JobConfig load(Path file, String... settings) {
    return ConfigLoader.load(file, List.of(settings));
  }

  private void assertRefused(Path file, String message, String... settings) {
    assertThatThrownBy(() -> load(file, settings))
        .isInstanceOf(ConfigException.class)
        .hasMessage(message.replace("FOLDER", folder.toString()));
  }

  @Test
  void aWrittenConfigurationReadsBackEqual() {
    JobConfig config = ConfigLoader.loadDemo(List.of("optimizer.learning_rate=5e-4"));
    assertThat(ConfigYaml.read(ConfigYaml.write(config), "text")).isEqualTo(config);
    assertThat(config.optimizer().learningRate()).isEqualTo(5e-4);
    assertThat(ConfigYaml.write(config)).contains("type: boundary_cross_entropy");
  }

  @Test
  void filesMergeOverTheirBases() throws IOException {
    file("bases/widths.yaml", "model: {backbone: {branches: [1, 2, 3, 4], blocks: 7}}");
    file("bases/seed.yaml", "_base_: widths.yaml\nseed: 5\nmodel: {backbone: {blocks: 8}}");
    Path top =
        file("top.yaml", "_base_: [complete.yaml, bases/seed.yaml]\nmodel: {norm: {groups: 9}}");

    JobConfig config = load(top, "train.workers=3");

    assertThat(config.seed()).isEqualTo(5);
    assertThat(config.model().backbone().branches()).containsExactly(1, 2, 3, 4);
    assertThat(config.model().backbone().blocks()).isEqualTo(8);
    assertThat(config.model().norm().groups()).isEqualTo(9);
    assertThat(config.model().norm().momentum()).isEqualTo(0.1);
    assertThat(config.train().workers()).isEqualTo(3);
  }

  @Test
  void listsAreReplacedAsAWhole() {
    JobConfig config =
        load(
            complete,
            "loss.terms=[{type: boundary_cross_entropy, loss_weight: 2, loss_name: b, scope: batch}]");
    assertThat(config.loss().terms())
        .containsExactly(new LossConfig.BoundaryCrossEntropy(2, "b", LossConfig.Scope.BATCH));
  }

  @Test
  void whatATermLeavesOutIsAsPublished() {
    String terms =
        "loss.terms=[{type: cross_entropy, loss_weight: 1, loss_name: a},"
            + " {type: rmi, loss_weight: 1, loss_name: b, pool: 2},"
            + " {type: ohem_cross_entropy, loss_weight: 1, loss_name: c, threshold: 0.7,"
            + " min_kept: 100000}]";
    assertThat(load(complete, terms).loss().terms())
        .containsExactly(
            new LossTerms.CrossEntropy(
                1, "a", List.of(), 255, false, LossConfig.Average.VALID, LossConfig.Scope.IMAGE),
            new LossTerms.RegionMutualInformation(1, "b", 3, 2, 0.5, 0.5, LossConfig.Scope.IMAGE),
            new LossTerms.OnlineHardExamples(
                1, "c", 0.7, 100_000, LossTerms.HardAverage.KEPT, 0, LossConfig.Scope.IMAGE));
  }

  @Test
  void aMapOfAnotherTypeTakesTheWholePlace() throws IOException {
    Path top =
        file(
            "top.yaml",
            """
            _base_: complete.yaml
            optimizer: {rule: {type: adamw, epsilon: 1e-6}, groups: [{parameters: 'ocr.*', rate_factor: 10}]}
            schedule: {decay: {type: cosine}}
            """);
    JobConfig config = load(top);
    assertThat(config.optimizer().rule())
        .isEqualTo(new OptimizerConfig.AdamW(List.of(0.9, 0.999), 1e-6));
    assertThat(config.optimizer().groups())
        .containsExactly(new OptimizerConfig.Group("ocr.*", 10, 1));
    assertThat(config.schedule().decay()).isEqualTo(new ScheduleConfig.Cosine(0));
    assertThat(config.schedule().warmupSteps()).isEqualTo(40);
    assertThat(load(top, "optimizer.rule.type=sgd").optimizer().rule())
        .isEqualTo(new OptimizerConfig.Sgd(0.9, false));
    assertThat(load(complete, "optimizer.rule.nesterov=true").optimizer().rule())
        .isEqualTo(new OptimizerConfig.Sgd(0.9, true));
    assertRefused(
        complete,
        "--set optimizer.rule.betas=[0, 0]: key 'optimizer.rule.betas' is for another 'type' beside it",
        "optimizer.rule.betas=[0, 0]");
  }

  @Test
  void aTermCountsAtItsTargetsOnly() {
    LossConfig loss = load(complete, "loss.targets={segmentation: [auxiliary]}").loss();
    ModelConfig.Output main = new ModelConfig.Output("main", true);
    ModelConfig.Output auxiliary = new ModelConfig.Output("auxiliary", true);
    assertThat(loss.applies(loss.terms().get(0), main)).isFalse();
    assertThat(loss.applies(loss.terms().get(0), auxiliary)).isTrue();
    assertThat(loss.applies(loss.terms().get(1), main)).isTrue();
  }

  @Test
  void targetsOfABaseAreTakenAwayByNull() throws IOException {
    file("_base_/targets.yaml", "loss: {targets: {segmentation: [main], boundary: [main]}}");
    String bases = "_base_: [complete.yaml, _base_/targets.yaml]\n";
    Path inherited = file("inherited.yaml", bases);
    assertThat(load(inherited).loss().targets().keySet())
        .containsExactly("segmentation", "boundary");
    Path one = file("one.yaml", bases + "loss: {targets: {boundary: null}}");
    assertThat(load(one).loss().targets().keySet()).containsExactly("segmentation");
    Path none = file("none.yaml", bases + "loss: {targets: null}");
    assertThat(load(none).loss().targets()).isEmpty();
  }

  @Test
  void aTermWithoutAnOutputIsRefusedWithItsTargets() {
    assertRefused(
        complete,
        "FOLDER/complete.yaml: 'loss.terms' must be terms that the network has"
            + " an output for, with a weight and a boundary head: it has [Output[name=main,"
            + " boundary=true], Output[name=auxiliary, boundary=true]], weights are {main=1.0,"
            + " auxiliary=0.4}, targets of the term [scale_2.0], is boundary",
        "loss.targets={boundary: [scale_2.0]}");
  }

  @Test
  void focalHasAnAlphaWithTheSigmoidOnly() {
    String term = "loss.terms.0={type: focal, loss_weight: 1, loss_name: f, use_sigmoid: %s}";
    assertThat(
            ((LossTerms.Focal) load(complete, term.formatted(true)).loss().terms().get(0)).alpha())
        .isEqualTo(0.5);
    assertThat(
            ((LossTerms.Focal) load(complete, term.formatted(false)).loss().terms().get(0)).alpha())
        .isEqualTo(1);
  }

  @Test
  void aSettingReachesIntoAList() {
    JobConfig config = load(complete, "loss.terms.1.loss_weight=0", "model.backbone.modules.2=5");
    assertThat(config.loss().terms().get(0).lossWeight()).isEqualTo(1);
    assertThat(config.loss().terms().get(1).lossWeight()).isZero();
    assertThat(config.model().backbone().modules()).containsExactly(1, 1, 5);
  }

  @Test
  void aConfigurationTravelsToExecutors() throws Exception {
    JobConfig config = load(complete);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(config);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(config);
    }
  }

  @Test
  void listsCannotBeChanged() {
    List<Integer> branches = load(complete).model().backbone().branches();
    assertThatThrownBy(() -> branches.set(0, 1)).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void anUnknownKeyIsNamedWithItsFileAndTheNearestKnownOne() throws IOException {
    Path top = file("top.yaml", "_base_: base/typo.yaml\ntrain: {workers: 2}");
    file("base/typo.yaml", "_base_: ../complete.yaml\ntrain: {worker: 2}");
    assertRefused(
        top, "FOLDER/base/typo.yaml: unknown key 'train.worker'; did you mean 'train.workers'?");
  }

  @ParameterizedTest
  @CsvSource({
    "train.worker, train.workers",
    "workers, train.workers",
    "trian.workers, train",
    "augment.with, synthesize.width",
    "model.backbone.branch, model.backbone.branches",
    "loss.output_weight, loss.output_weights",
    "optimizer.momentum, optimizer.rule.momentum",
    "schedule.power, schedule.decay.power",
    "evaluate.learning_rate, optimizer.learning_rate"
  })
  void theNearestKeyIsSuggested(String unknown, String nearest) {
    String setting = unknown + "=1";
    String key = unknown.startsWith("trian") ? "trian" : unknown;
    assertRefused(
        complete,
        "--set %s: unknown key '%s'; did you mean '%s'?".formatted(setting, key, nearest),
        setting);
  }

  @Test
  void anUnknownKeyOfALossTermIsNamedWithItsIndex() {
    assertRefused(
        complete,
        "--set loss.terms.2.treshold=0.5: unknown key 'loss.terms[2].treshold';"
            + " did you mean 'loss.terms[2].threshold'?",
        "loss.terms.2.treshold=0.5");
  }

  @Test
  void anUnknownLossTypeListsTheKnownOnes() {
    assertRefused(
        complete,
        "--set loss.terms.0.type=hinge: 'loss.terms[0].type' is unknown: 'hinge'; known:"
            + KNOWN_TYPES,
        "loss.terms.0.type=hinge");
    assertRefused(
        complete,
        "--set loss.terms=[{loss_weight: 1}]: missing key 'loss.terms[0].type'; known:"
            + KNOWN_TYPES,
        "loss.terms=[{loss_weight: 1}]");
  }

  @Test
  void aMissingKeyIsNamed() throws IOException {
    assertRefused(
        file("empty.yaml", "# nothing"),
        "FOLDER/empty.yaml: missing key 'seed'; give it there, in a file of '_base_' or with --set");
    assertRefused(
        complete,
        "FOLDER/complete.yaml: missing key 'train'; give it there, in a file of '_base_' or with"
            + " --set",
        "train=null");
    assertRefused(
        complete,
        "FOLDER/complete.yaml: missing key 'loss.terms[0].loss_name'; give it there, in a file of"
            + " '_base_' or with --set",
        "loss.terms=[{type: boundary_cross_entropy, loss_weight: 1, scope: image}]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "train.exchange.ports=9-8 | 'train.exchange.ports' must be like 40000-40100, or empty, is '9-8'",
        "train.exchange.bind_address=eth0 | 'train.exchange.bind_address' must be an address like 0.0.0.0, a network like 10.1.0.0/16, or empty, is 'eth0'",
        "train.exchange.bind_address=10.0.0.256 | 'train.exchange.bind_address' must be an address like 0.0.0.0, a network like 10.1.0.0/16, or empty, is '10.0.0.256'",
        "train.workers=two | 'train.workers' must be a whole number of at most 31 bits, is \"two\"",
        "train.workers=2.5 | 'train.workers' must be a whole number of at most 31 bits, is 2.5",
        "train.workers=3000000000 | 'train.workers' must be a whole number of at most 31 bits, is 3000000000",
        "train.workers=[2] | 'train.workers' must be a whole number of at most 31 bits, is [2]",
        "seed=x | 'seed' must be a whole number of at most 63 bits, is \"x\"",
        "evaluate.boundary_iou=big | 'evaluate.boundary_iou' must be a number, is \"big\"",
        "augment.flip=1 | 'augment.flip' must be true or false, is 1",
        "run=7 | 'run' must be a text (quote numbers), is 7",
        "train=7 | 'train' must be a map of keys and values, is 7",
        "augment.mean=7 | 'augment.mean' must be a list, is 7",
        "augment.edges=none | 'augment.edges' must be one of stored, recompute, is \"none\"",
        "augment.edges=STORED | 'augment.edges' must be one of stored, recompute, is \"STORED\"",
        "augment.edges=1 | 'augment.edges' must be one of stored, recompute, is 1",
        "loss.terms=7 | 'loss.terms' must be a list, is 7",
        "loss.terms.0.scope=all | 'loss.terms[0].scope' must be one of image, batch, is \"all\"",
        "model.backbone.branches.1=x | 'model.backbone.branches[1]' must be a whole number of at most 31 bits, is \"x\""
      })
  void aValueOfTheWrongTypeIsShown(String setting, String problem) {
    assertRefused(complete, "--set " + setting + ": " + problem, setting);
  }

  @Test
  void withSeveralScalesOneBoundaryHeadServesBothOutputs() {
    assertThatThrownBy(() -> load(complete, "model.scales.train=[0.5, 1.0]"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("'model.heads' must be without an auxiliary boundary head, since");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "run=' ' | 'run' must be a text that is not empty, is ' '",
        "pretrain.spectral_limit=-1 | 'pretrain.spectral_limit' must be at least 0, 0 for none, is -1.0",
        "augment.cat_max_ratio=0 | 'augment.cat_max_ratio' must be above 0, at most 1, is 0.0",
        "augment.blur.sigma_max=0.1 | 'augment.blur.sigma_max' must be in 'sigma_min' = 0.15 to 16, is 0.1",
        "augment.jitter.hue=0.6 | 'augment.jitter.hue' must be in 0..0.5, is 0.6",
        "augment.photometric.share=1.5 | 'augment.photometric.share' must be in 0..1, is 1.5",
        "augment.rotation.degrees=0 | 'augment.rotation.degrees' must be above 0, at most 180, is 0.0",
        "data.labels=colours | 'data.labels' must be ids with 'classes' = cityscapes: for colours give a class file, is colours",
        "data.class_uniform.bias={car: 2} | 'data.class_uniform.bias' must be empty while 'share' is 0: nothing is drawn, is {car=2.0}",
        "train.prefetch=0 | 'train.prefetch' must be at least 1, is 0",
        "synthesize.width=31 | 'synthesize.width' must be at least 32, is 31",
        "preprocess.edges.threshold=9.0 | 'preprocess.edges.threshold' must be above 0, at most 4.47213595499958, is 9.0",
        "model.backbone.stage1=0 | 'model.backbone.stage1' must be at least 1, is 0",
        "model.backbone.branches=[8, 16, 32] | 'model.backbone.branches' must be a list of 4, each at least 1, is [8, 16, 32]",
        "model.backbone.modules=[1, 0, 1] | 'model.backbone.modules' must be a list of 3, each at least 1, is [1, 0, 1]",
        "model.backbone.modules=[1, null, 1] | 'model.backbone.modules' must be a list of 3, each at least 1, is [1, null, 1]",
        "model.heads.0.dropout=1 | 'model.heads[0].dropout' must be in 0..1, below 1, is 1.0",
        "model.heads=[] | 'model.heads' must be a list of at least 1, each a head, is []",
        "model.heads.1.features=stage9 | 'model.heads[1].features' must be one of stage2, stage3, stage4, ocr, is stage9",
        "model.heads.1.output=side | 'model.heads[1].output' must be one of main, auxiliary, is side",
        "model.heads.1.name=ocr | 'model.heads' must be heads of different names, is [ocr, ocr, edge_head.last_layer]",
        "model.heads.1.output=auxiliary | 'model.heads' must be such that an output with class logits has at most one boundary head, not [auxiliary, auxiliary], is [ocr, edgeocr_cls_head, edge_head.last_layer]",
        "model.scales.train=[0.5] | 'model.scales.train' must be a list, each above 0, at most 8, ascending, 1.0 among them, is [0.5]",
        "model.scales.infer=[0.5, 1.0] | 'model.scales.infer' must be [1.0], since training at one scale teaches no attention, is [0.5, 1.0]",
        "model.recompute=[1] | 'model.recompute' must be a list of stages, each 2 to 4, is [1]",
        "model.frozen=[a(] | 'model.frozen' must be regular expressions: Unclosed group, is 'a('",
        "model.norm.momentum=0 | 'model.norm.momentum' must be above 0, at most 1, is 0.0",
        "model.norm.epsilon=0 | 'model.norm.epsilon' must be a finite number above 0, is 0.0",
        "loss.output_weights.auxiliary=-1 | 'loss.output_weights.auxiliary' must be a finite number, 0 or above, is -1.0",
        "loss.terms=[] | 'loss.terms' must be a list of at least 1, is []",
        "loss.targets={rmi: [main]} | 'loss.targets' must be by loss_name, one of [segmentation, boundary, edge_attention, inverse_form]; 'rmi: null' takes one of '_base_' away, is rmi",
        "loss.targets={boundary: [side]} | 'loss.targets.boundary' must be a list of at least 1, each main, auxiliary, or such as scale_0.5, is [side]",
        "loss.terms.1.average=sum | 'loss.terms[1].average' must be valid or all, is SUM",
        "loss.terms.0={type: dice, loss_weight: 1, loss_name: d, exponent: 3} | 'loss.terms[0].exponent' must be 1 or 2, is 3.0",
        "loss.terms.0={type: cross_entropy, loss_weight: 1, loss_name: d, class_weights: [1, -1]} | 'loss.terms[0].class_weights' must be a list, each a finite number, 0 or above, is [1.0, -1.0]",
        "loss.terms.0={type: ohem_cross_entropy, loss_weight: 1, loss_name: d, threshold: 0, min_kept: 1} | 'loss.terms[0].threshold' must be above 0, at most 1, is 0.0",
        "loss.terms.0={type: rmi, loss_weight: 1, loss_name: d, pool: 0} | 'loss.terms[0].pool' must be in 1..16, is 0",
        "loss.terms.0.loss_weight=NaN | 'loss.terms[0].loss_weight' must be a finite number, 0 or above, is NaN",
        "loss.terms.1.loss_name=segmentation | 'loss.terms' must be terms of different loss_name, is [segmentation, segmentation, edge_attention, inverse_form]",
        "loss.terms.0={type: inverse_form, loss_weight: 1, loss_name: i, boundary: both} | 'loss.terms[0].boundary' must be one of head, segmentation, is \"both\"",
        "loss.terms.0={type: inverse_form, loss_weight: 1, loss_name: i, grid: [3]} | 'loss.terms[0].grid' must be empty, or rows and columns, each in 1..256, is [3]",
        "loss.terms.0={type: focal, loss_weight: 1, loss_name: f, alpha: 0.5} | 'loss.terms[0].alpha' must be left out without the sigmoid, which has class_weights, is 0.5",
        "loss.terms.0={type: tversky, loss_weight: 1, loss_name: t, alpha: 0, beta: 0} | 'loss.terms[0].alpha' must be above 0 where 'beta' is 0, is 0.0",
        "loss.terms.0={type: rmi, loss_weight: 1, loss_name: r, radius: 10, pool: 16} | 'loss.terms[0].radius' must be at most the side of a crop of 128 x 256 after pooling by 16, is 10",
        "loss.terms.0={type: rmi, loss_weight: 1, loss_name: r, cross_entropy_weight: 0, information_weight: 0} | 'loss.terms[0].information_weight' must be above 0 where 'cross_entropy_weight' is 0, is 0.0",
        "loss.terms.2.threshold=1 | 'loss.terms[2].threshold' must be in 0..1, below 1, is 1.0",
        "augment.crop_height=16 | 'augment.crop_height' must be at least 32, is 16",
        "augment.scale_min=9 | 'augment.scale_min' must be at most 'scale_max' = 1.5, is 9.0",
        "augment.std=[0, 1, 1] | 'augment.std' must be a list of 3, each above 0, at most 1, is [0.0, 1.0, 1.0]",
        "optimizer.learning_rate=Infinity | 'optimizer.learning_rate' must be a finite number above 0, is Infinity",
        "optimizer.rule.momentum=1 | 'optimizer.rule.momentum' must be in 0..1, below 1, is 1.0",
        "optimizer.rule={type: adamw, betas: [0.9]} | 'optimizer.rule.betas' must be a list of 2, each in 0..1, below 1, is [0.9]",
        "optimizer.rule={momentum: 0, nesterov: true} | 'optimizer.rule.nesterov' must be false where momentum is 0, is true",
        "optimizer.ema_decay=1 | 'optimizer.ema_decay' must be in 0..1, below 1, is 1.0",
        "optimizer.groups=[{parameters: 'a('}] | 'optimizer.groups[0].parameters' must be regular expressions: Unclosed group, is 'a('",
        "schedule.decay.minimum=2 | 'schedule.decay.minimum' must be in 0..1, is 2.0",
        "schedule.decay={type: steps, at: [5, 3]} | 'schedule.decay.at' must be ascending, is [5, 3]",
        "train.early_stop=-1 | 'train.early_stop' must be at least 0, is -1",
        "schedule.warmup_steps=-1 | 'schedule.warmup_steps' must be at least 0, is -1",
        "train.workers=0 | 'train.workers' must be at least 1, is 0",
        "train.timeout_seconds=0 | 'train.timeout_seconds' must be at least 1, is 0",
        "train.heartbeat_seconds=0 | 'train.heartbeat_seconds' must be at least 1, is 0",
        "train.max_restarts=-1 | 'train.max_restarts' must be at least 0, is -1",
        "train.trace_steps=twenty | 'train.trace_steps' must be like 20-25, at most 100 steps, or empty, is 'twenty'",
        "train.trace_steps=0-5 | 'train.trace_steps' must be like 20-25, at most 100 steps, or empty, is '0-5'",
        "train.trace_steps=7-6 | 'train.trace_steps' must be like 20-25, at most 100 steps, or empty, is '7-6'",
        "train.trace_steps=1-101 | 'train.trace_steps' must be like 20-25, at most 100 steps, or empty, is '1-101'",
        "evaluate.views.scales=[0] | 'evaluate.views.scales' must be a list of at least 1, each above 0, at most 8.0, is [0.0]",
        "evaluate.views.scales=[1, 1.0] | 'evaluate.views.scales' must be different ones, is [1.0, 1.0]",
        "evaluate.views.window=[512] | 'evaluate.views.window' must be a list of height and width, each at least 1, or empty, is [512]",
        "evaluate.views.stride=[1, 1] | 'evaluate.views.stride' must be at most 'window' = [], such that windows touch, is [1, 1]",
        "evaluate.views={window: [64, 96], stride: [64, 97]} | 'evaluate.views.stride' must be at most 'window' = [64, 96], such that windows touch, is [64, 97]",
        "evaluate.boundary_f=[] | 'evaluate.boundary_f' must be a list of at least 1, each above 0, at most 32000, is []",
        "evaluate.boundary_f=[3, 3] | 'evaluate.boundary_f' must be different ones, is [3.0, 3.0]",
        "evaluate.boundary_iou=0 | 'evaluate.boundary_iou' must be above 0, at most 32000, is 0.0",
        "evaluate.trimap=[-1] | 'evaluate.trimap' must be a list of at least 1, each above 0, at most 32000, is [-1.0]"
      })
  void aValueOutOfRangeIsShownWithItsRange(String setting, String problem) {
    assertRefused(complete, "--set " + setting + ": " + problem, setting);
  }

  @Test
  void aValueOutOfRangeIsBlamedOnItsFile() throws IOException {
    file("base.yaml", "_base_: complete.yaml\ntrain: {batch: 0}");
    Path top = file("top.yaml", "_base_: base.yaml\ntrain: {workers: 1}");
    assertRefused(top, "FOLDER/base.yaml: 'train.batch' must be at least 1, is 0");
  }

  @Test
  void missingFilesAreNamedWithTheirReader() throws IOException {
    assertRefused(folder.resolve("none.yaml"), "FOLDER/none.yaml: no such file");
    assertRefused(
        file("top.yaml", "_base_: [complete.yaml, none.yaml]"),
        "FOLDER/none.yaml: no such file, which '_base_' of FOLDER/top.yaml names");
    assertRefused(folder, "FOLDER: cannot be read: Is a directory");
  }

  @Test
  void basesThatGoRoundInACircleAreRefused() throws IOException {
    file("a.yaml", "_base_: b.yaml");
    file("b.yaml", "_base_: c.yaml");
    Path c = file("c.yaml", "_base_: a.yaml");
    assertRefused(
        c,
        "FOLDER/b.yaml: '_base_' goes round in a circle:"
            + " FOLDER/c.yaml -> FOLDER/a.yaml -> FOLDER/b.yaml -> FOLDER/c.yaml");
  }

  @Test
  void aBaseMustBeAFileName() throws IOException {
    assertRefused(
        file("top.yaml", "_base_: {file: complete.yaml}"),
        "FOLDER/top.yaml: '_base_' must be a file name or a list of them,"
            + " is {\"file\":\"complete.yaml\"}");
  }

  @Test
  void brokenYamlIsNamedWithItsLine() throws IOException {
    assertRefused(
        file("broken.yaml", "seed: 1\ntrain: {workers: 2"),
        "FOLDER/broken.yaml: line 2: while parsing a flow mapping,"
            + " expected ',' or '}', but got <stream end>");
    assertRefused(
        file("twice.yaml", "seed: 1\nseed: 2"),
        "FOLDER/twice.yaml: line 2: Duplicate field 'seed'");
    assertRefused(
        file("list.yaml", "[1, 2]"), "FOLDER/list.yaml: must hold keys and values, is [1,2]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "train.workers | must have the form key.path=value",
        "=3 | must have the form key.path=value",
        "train.workers= | there is no value behind '='",
        "train.workers=[1 | line 1: while parsing a flow sequence, expected ',' or ']', but got <stream end>",
        "loss.terms.4.scope=image | 'loss.terms' is a list of 4, its elements are 0 to 3, not '4'",
        "loss.terms.first=image | 'loss.terms' is a list of 4, its elements are 0 to 3, not 'first'",
        "augment.mean.0.x=1 | 'augment.mean.0' holds no keys"
      })
  void aSettingOfTheWrongFormIsRefused(String setting, String problem) {
    assertRefused(complete, "--set " + setting + ": " + problem, setting);
  }
}
