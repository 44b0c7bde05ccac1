package io.inverseform.job.archive;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.modality.cv.translator.SemanticSegmentationTranslatorFactory;
import ai.djl.spark.task.vision.SemanticSegmenter;
import io.inverseform.job.LocalSpark;
import io.inverseform.job.Pictures;
import io.inverseform.job.evaluate.ImageColumns;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DJL's extension for Spark on an archive, beside what this project's own method says. */
class SemanticSegmenterTest {
  private static final String[] COLUMNS = {
    "origin", "height", "width", "nChannels", "mode", "data"
  };

  @TempDir private Path folder;

  private Dataset<Row> pictures() throws Exception {
    for (int seed = 1; seed <= 3; seed++) {
      Pictures.write(
          folder.resolve("pictures/%d.png".formatted(seed)),
          Pictures.png(Pictures.random(seed, 80, 48 + seed, BufferedImage.TYPE_3BYTE_BGR)));
    }
    return LocalSpark.session()
        .read()
        .format("image")
        .load(folder.resolve("pictures").toString())
        .select("image.*");
  }

  /** Of Scala's setters, each returns the class that declares it. */
  private static SemanticSegmenter segmenter(Path archive) {
    SemanticSegmenter segmenter = new SemanticSegmenter();
    segmenter.setInputCols(COLUMNS);
    segmenter.setOutputCol("prediction");
    segmenter.setModelUrl(archive.toUri().toString());
    segmenter.setEngine("PyTorch");
    segmenter.setBatchSize(1);
    return segmenter;
  }

  @Test
  void withTheArchivesTranslatorItGivesTheSameMasks() throws Exception {
    Path archive = SmallArchive.write(folder);
    Dataset<Row> pictures = pictures();
    SemanticSegmenter segmenter = segmenter(archive);
    segmenter.setTranslatorFactory(new ArchiveTranslatorFactory());
    assertThat(masks(segmenter.segment(pictures)))
        .hasSize(3)
        .isEqualTo(masks(ImageColumns.segment(pictures, archive.toString(), "prediction")));
  }

  @Test
  void withItsOwnTranslatorItGivesMasksOfTheConfiguredSize() throws Exception {
    SemanticSegmenter segmenter = segmenter(SmallArchive.write(folder));
    segmenter.setTranslatorFactory(new SemanticSegmentationTranslatorFactory());
    assertThat(masks(segmenter.segment(pictures())))
        .hasSize(3)
        .allSatisfy(mask -> assertThat(mask).startsWith("64 96 "));
  }

  /** Height, width and train ids of every picture, as text. */
  private static List<String> masks(Dataset<Row> segmented) {
    return segmented
        .orderBy("origin")
        .selectExpr(
            "concat_ws(' ', size(prediction.mask), size(prediction.mask[0]),"
                + " array_join(flatten(prediction.mask), ' '))")
        .collectAsList()
        .stream()
        .map(row -> row.getString(0))
        .toList();
  }
}
