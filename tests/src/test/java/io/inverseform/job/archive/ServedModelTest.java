package io.inverseform.job.archive;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.inference.Predictor;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import ai.djl.modality.cv.output.CategoryMask;
import ai.djl.modality.cv.translator.SemanticSegmentationTranslatorFactory;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.training.ParameterStore;
import io.inverseform.job.Pictures;
import io.inverseform.job.config.InferenceConfig;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.dataset.SampleTable;
import io.inverseform.job.evaluate.Evaluation;
import io.inverseform.job.evaluate.PictureScore;
import io.inverseform.job.evaluate.PredictedSample;
import io.inverseform.job.model.SegmentationNetwork;
import io.inverseform.job.model.Segmenter;
import io.inverseform.job.torch.Images;
import io.inverseform.job.torch.Torch;
import io.inverseform.job.train.RunFolder;
import io.inverseform.job.train.Segmentation;
import io.inverseform.job.train.SmallRun;
import io.inverseform.job.train.Training;
import io.inverseform.udf.picture.RgbPicture;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trained networks, exported and loaded by DJL, beside what trained them. */
class ServedModelTest {
  private static final Configuration HADOOP = new Configuration();
  private static final String[] SINGLE = {"augment.crop_width=128", "train.max_steps=3"};
  private static final String[] SEVERAL = {
    "train.max_steps=3",
    "evaluate.views={scales: [0.75, 1.0], flip: true}",
    "model.scales={train: [0.5, 1.0], infer: [0.5, 1.0, 2.0], channels: 8}",
    "model.heads=[{type: ocr, name: ocr, mid: 32, key: 16, dropout: 0.05}, {type: boundary, name:"
        + " edgeocr_cls_head, output: main, features: ocr, channels: []}]"
  };

  private static SparkSession spark;
  private static Map<String, JobConfig> configs;

  @BeforeAll
  static void train(@TempDir Path folder) throws Exception {
    spark = SmallRun.session("local[2]");
    SmallRun small = new SmallRun(folder);
    small.prepare(spark);
    configs =
        Map.of(
            "single", small.config("single", SINGLE), "several", small.config("several", SEVERAL));
    for (JobConfig config : configs.values()) {
      Training.run(spark, config, new Segmentation.Factory(), false);
      ArchiveWriter.write(
          run(config).archive().toString(),
          InferenceConfig.of(config),
          SampleTable.open(config.data().table(), HADOOP).catalogue(),
          run(config).model(),
          new ModelArchive.Size(config.augment().cropWidth(), config.augment().cropHeight()),
          HADOOP);
    }
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static RunFolder run(JobConfig config) throws Exception {
    return new RunFolder(config.run(), HADOOP);
  }

  private static Criteria.Builder<Image, CategoryMask> criteria(JobConfig config) throws Exception {
    return Criteria.builder()
        .setTypes(Image.class, CategoryMask.class)
        .optModelPath(Path.of(run(config).archive().toUri()))
        .optEngine("PyTorch")
        .optTranslatorFactory(new ArchiveTranslatorFactory());
  }

  private static Image image(byte[] file) throws Exception {
    return ImageFactory.getInstance().fromInputStream(new ByteArrayInputStream(file));
  }

  private static List<PredictedSample> evaluated(JobConfig config) throws Exception {
    List<String> ids =
        Evaluation.run(spark, config).pictures().stream().map(PictureScore::sampleId).toList();
    assertThat(ids).isNotEmpty();
    return Evaluation.predict(spark, config, ids);
  }

  @ParameterizedTest
  @ValueSource(strings = {"single", "several"})
  void theArchivePredictsWhatTheEvaluationOfTheRunDoes(String name) throws Exception {
    JobConfig config = configs.get(name);
    try (ZooModel<Image, CategoryMask> model = criteria(config).build().loadModel();
        Predictor<Image, CategoryMask> predictor = model.newPredictor()) {
      for (PredictedSample sample : evaluated(config)) {
        CategoryMask mask = predictor.predict(image(sample.image()));
        assertThat(mask.getMask()).isDeepEqualTo(sample.predictedLabels().rows());
        assertThat(mask.getClasses()).startsWith("road").hasSize(19);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"single", "several"})
  void scoresAndLabelsOfPicturesOfAnySizeAndKindAreThoseOfTheTrainedNetwork(String name)
      throws Exception {
    JobConfig config = configs.get(name);
    List<byte[]> files =
        List.of(
            Pictures.png(Pictures.random(1, 75, 101, BufferedImage.TYPE_3BYTE_BGR)),
            Pictures.png(Pictures.random(2, 9, 40, BufferedImage.TYPE_INT_ARGB)),
            Pictures.png(Pictures.random(3, 64, 64, BufferedImage.TYPE_BYTE_GRAY)),
            Pictures.jpeg(Pictures.random(4, 80, 48, BufferedImage.TYPE_INT_RGB), false));
    Torch.start(1);
    try (NDManager manager = Torch.manager(Device.cpu());
        ZooModel<Image, CategoryMask> model = criteria(config).build().loadModel();
        Predictor<Image, CategoryMask> predictor = model.newPredictor()) {
      SegmentationNetwork whole =
          SegmentationNetwork.read(run(config).model(), config.model(), 19, manager, HADOOP);
      Segmenter segmenter =
          new Segmenter(
              manager,
              whole,
              new Images(config.augment().mean(), config.augment().std()),
              config.evaluate().views());
      for (byte[] file : files) {
        RgbPicture picture = RgbPicture.decode(file);
        assertThat(predictor.predict(image(file)).getMask())
            .isDeepEqualTo(
                segmenter.segment(picture.rgb(), picture.height(), picture.width()).rows());

        NDArray input = segmenter.input(manager, picture.rgb(), picture.height(), picture.width());
        NDList served =
            model.getBlock().forward(new ParameterStore(manager, false), new NDList(input), false);
        assertThat(served.get(1).toFloatArray()).isEqualTo(segmenter.scores(input).toFloatArray());
      }
    }
  }

  @Test
  void theNetworkGivesTrainIdsAndScoresOfItsInputsSize() throws Exception {
    JobConfig config = configs.get("single");
    try (NDManager manager = Torch.manager(Device.cpu());
        ZooModel<Image, CategoryMask> model = criteria(config).build().loadModel()) {
      NDArray images = manager.randomNormal(new ai.djl.ndarray.types.Shape(2, 3, 48, 80));
      NDList outputs =
          model.getBlock().forward(new ParameterStore(manager, false), new NDList(images), false);
      assertThat(outputs.get(0).getShape().getShape()).containsExactly(2, 48, 80);
      assertThat(outputs.get(1).getShape().getShape()).containsExactly(2, 19, 48, 80);
      assertThat(outputs.get(1).argMax(1)).isEqualTo(outputs.get(0));
    }
  }

  @Test
  void djlsOwnTranslatorFindsNearlyTheSameClasses() throws Exception {
    JobConfig config = configs.get("single");
    try (ZooModel<Image, CategoryMask> stock =
            criteria(config)
                .optTranslatorFactory(new SemanticSegmentationTranslatorFactory())
                .build()
                .loadModel();
        Predictor<Image, CategoryMask> predictor = stock.newPredictor()) {
      for (PredictedSample sample : evaluated(config)) {
        CategoryMask mask = predictor.predict(image(sample.image()));
        assertThat(mask.getClasses()).startsWith("road").hasSize(19);
        int[][] expected = sample.predictedLabels().rows();
        assertThat(mask.getMask()).hasDimensions(64, 128);
        int same = 0;
        for (int y = 0; y < 64; y++) {
          for (int x = 0; x < 128; x++) {
            same += mask.getMask()[y][x] == expected[y][x] ? 1 : 0;
          }
        }
        assertThat(same).isGreaterThan(64 * 128 * 99 / 100);
      }
      // Any other size becomes the configured one.
      byte[] other = Pictures.png(Pictures.random(1, 75, 101, BufferedImage.TYPE_3BYTE_BGR));
      assertThat(predictor.predict(image(other)).getMask()).hasDimensions(64, 128);
    }
  }
}
