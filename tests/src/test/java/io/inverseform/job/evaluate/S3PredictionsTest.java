package io.inverseform.job.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.LocalSpark;
import io.inverseform.job.Pictures;
import io.inverseform.job.S3Server;
import io.inverseform.job.archive.SmallArchive;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("s3")
class S3PredictionsTest {
  @TempDir private Path folder;

  @Test
  void archivePicturesAndPredictionsMayLieOnS3() throws Exception {
    Path archive = SmallArchive.write(folder);
    Path pictures = folder.resolve("pictures");
    Pictures.write(
        pictures.resolve("x y/a.png"),
        Pictures.png(Pictures.random(1, 70, 50, BufferedImage.TYPE_3BYTE_BGR)));
    Pictures.write(pictures.resolve("b.jpg"), new byte[9]);
    try (S3Server server = new S3Server(folder)) {
      SparkSession spark = LocalSpark.session().newSession();
      for (String key : List.of("fs.s3a.endpoint", "fs.s3a.access.key", "fs.s3a.secret.key")) {
        spark.conf().set(key, S3Server.hadoop(server.port()).get(key));
      }
      org.apache.hadoop.fs.Path root = new org.apache.hadoop.fs.Path(server.address("root"));
      FileSystem store = root.getFileSystem(spark.sessionState().newHadoopConf());
      for (Path local : List.of(archive, pictures)) {
        FileUtil.copy(
            local.toFile(),
            store,
            new org.apache.hadoop.fs.Path(root, local.getFileName().toString()),
            false,
            store.getConf());
      }

      PredictionSummary summary =
          new Predictions(spark, root + "/archive", 1, root + "/out", false)
              .ofFolder(root + "/pictures");

      assertThat(summary.predicted()).isEqualTo(1);
      assertThat(summary.failed())
          .containsExactly(
              new FailedPicture(root + "/pictures/b.jpg", "neither a JPEG nor a PNG file"));
      List<String> written = new ArrayList<>();
      RemoteIterator<LocatedFileStatus> files =
          store.listFiles(new org.apache.hadoop.fs.Path(root, "out"), true);
      while (files.hasNext()) {
        written.add(files.next().getPath().toString().substring((root + "/out/").length()));
      }
      assertThat(written)
          .containsExactlyInAnyOrder(
              "failed.txt", "ids/x y/a.png", "color/x y/a.png", "overlay/x y/a.png");
    }
  }
}
