package io.inverseform.job.preprocess;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.HdfsServer;
import io.inverseform.job.LocalSpark;
import io.inverseform.job.config.DataConfig;
import io.inverseform.job.config.EdgeConfig;
import io.inverseform.job.config.PreprocessConfig;
import io.inverseform.job.config.SynthesizeConfig;
import io.inverseform.job.dataset.LocalFolder;
import io.inverseform.job.dataset.LocalSamples;
import io.inverseform.job.dataset.Sample;
import io.inverseform.job.synthesize.SceneSynthesizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures and table on HDFS, beside the same on local folders. */
@Tag("hdfs")
class HdfsPreprocessTest {
  private static final Configuration HADOOP = new Configuration();
  private static final PreprocessConfig CONFIG =
      new PreprocessConfig(
          new EdgeConfig(
              EdgeConfig.Operator.SOBEL, 1, EdgeConfig.Kernel.CROSS, 2, EdgeConfig.Ignored.DROPPED),
          16,
          true,
          0);

  @TempDir private java.nio.file.Path folder;

  @Test
  void hdfsHoldsWhatALocalFolderWould() throws Exception {
    String pictures = folder + "/pictures";
    new SceneSynthesizer(1, new SynthesizeConfig(64, 32, 30, 2)).write(pictures, HADOOP);
    Summary near = run(pictures, folder + "/table");
    try (HdfsServer hdfs = new HdfsServer(folder.resolve("hdfs"))) {
      Path source = new Path(hdfs.address("/data/pictures"));
      FileSystem far = source.getFileSystem(HADOOP);
      far.mkdirs(source.getParent());
      far.copyFromLocalFile(new Path(pictures), source);
      String table = hdfs.address("/data/table");
      Summary first = run(source.toString(), table);
      assertThat(first.work().prepared()).isEqualTo(32);
      assertThat(first.splits())
          .usingRecursiveFieldByFieldElementComparator()
          .isEqualTo(near.splits());
      assertThat(samples(table))
          .usingRecursiveFieldByFieldElementComparatorIgnoringFields("source", "fingerprint")
          .isEqualTo(samples(folder + "/table"));

      far.delete(
          new Path(source, "leftImg8bit/train/generated/generated_000004_000000_leftImg8bit.png"),
          false);
      Summary second = run(source.toString(), table);
      assertThat(second.work().prepared()).isZero();
      assertThat(second.work().removed()).isEqualTo(1);
      assertThat(samples(table)).hasSize(29);
      assertThat(Arrays.stream(far.listStatus(new Path(table))))
          .extracting(child -> child.getPath().getName())
          .containsExactlyInAnyOrder("manifest.json", "rejected", "samples", "summary.json");
    }
  }

  private static Summary run(String source, String table) throws IOException {
    DataConfig data =
        DataConfig.of(source, DataConfig.Layout.CITYSCAPES, "cityscapes", Map.of(), table);
    return Preprocess.run(LocalSpark.session(), data, CONFIG);
  }

  private List<Sample> samples(String table) throws IOException {
    List<Sample> all = new ArrayList<>();
    try (LocalSamples local =
        LocalSamples.open(table, "train", new LocalFolder(folder.resolve("copies")), HADOOP)) {
      for (int i = 0; i < local.size(); i++) {
        all.add(local.sample(i));
      }
    }
    return all;
  }
}
