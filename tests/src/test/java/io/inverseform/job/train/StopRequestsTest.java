package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.LoggedLines;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StopRequestsTest {
  @TempDir private Path folder;

  /** A disk on which nothing can be looked for. Made by Hadoop, by reflection. */
  public static final class Blind extends RawLocalFileSystem {
    static final CountDownLatch LOOKS = new CountDownLatch(3);

    @Override
    public boolean exists(org.apache.hadoop.fs.Path file) throws IOException {
      LOOKS.countDown();
      throw new IOException("the disk is gone");
    }
  }

  @Test
  void thatTheStopFileCannotBeLookedForIsToldOnce() throws Exception {
    Configuration hadoop = new Configuration();
    hadoop.setClass("fs.file.impl", Blind.class, FileSystem.class);
    hadoop.setBoolean("fs.file.impl.disable.cache", true);
    RunFolder run = new RunFolder(folder.toString(), hadoop);
    try (LoggedLines log = new LoggedLines(StopRequests.class);
        StopRequests stops = new StopRequests(run, Duration.ofMinutes(1))) {
      assertThat(Blind.LOOKS.await(60, TimeUnit.SECONDS)).as("three looks").isTrue();
      assertThat(stops.cause()).isEmpty();
      assertThat(log.lines())
          .containsExactly(
              "WARN cannot look for file:"
                  + folder
                  + "/stop, by which the training can be told to stop: java.io.IOException: the"
                  + " disk is gone; SIGTERM to the driver stops it as well");
    }
  }
}
