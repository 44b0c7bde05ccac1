package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.train.TrainingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class RootCauseTest {
  @Test
  void theInnermostCauseIsShown() {
    Throwable failure =
        new IllegalStateException("outer", new RuntimeException(new IOException("disk full")));
    assertThat(RootCause.line(failure)).isEqualTo("disk full");
    assertThat(RootCause.line(new IllegalStateException(new OutOfMemoryError())))
        .isEqualTo("java.lang.OutOfMemoryError");
  }

  @Test
  void aClassIsNamedWhereTheMessageAloneSaysLittle() {
    assertThat(RootCause.line(new UncheckedIOException(new UnknownHostException("node7"))))
        .isEqualTo("UnknownHostException: node7");
  }

  @Test
  void aFailedWorkerIsNamedWithWhatItDiedOf() {
    String line =
        "rank 1 (node7:4711) failed after step 5: java.lang.IllegalStateException: no crop";
    String trace = "java.lang.IllegalStateException: no crop\n\tat io.inverseform.X.y(X.java:1)\n";
    RuntimeException spark = new RuntimeException("Job aborted");
    assertThat(RootCause.line(TrainingException.last(line, trace, spark))).isEqualTo(line);
    String caused = trace + "Caused by: java.io.IOException: disk full\n\tat a.B.c(D.java:1)\n";
    assertThat(RootCause.line(TrainingException.last(line, caused, spark)))
        .isEqualTo(line + ": java.io.IOException: disk full");
  }

  @Test
  void anExecutorsStackTraceWithinAMessageIsSearched() {
    String message =
        "Job aborted due to stage failure: Could not recover from a failed barrier ResultStage.\n"
            + "java.lang.IllegalStateException: rank 1 failed\n"
            + "\tat io.inverseform.X.y(X.java:1)\n"
            + "Caused by: java.io.IOException: disk full\n"
            + "\tat io.inverseform.X.z(X.java:2)\n"
            + "\t... 3 more\n\n"
            + "Driver stacktrace:";
    assertThat(RootCause.line(new RuntimeException(message)))
        .isEqualTo("java.io.IOException: disk full");
    assertThat(RootCause.line(new RuntimeException(message.replace("Caused by", "Suppressed"))))
        .isEqualTo("java.lang.IllegalStateException: rank 1 failed");
  }

  @Test
  void whatAStoreRefusedAWorkerIsPutInWords() {
    String put =
        "java.nio.file.AccessDeniedException: s3a://photos/table/part 0.parquet: Writing Object on"
            + " table/part 0.parquet: com.amazonaws.services.s3.model.AmazonS3Exception: Access Denied"
            + " (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: X; S3"
            + " Extended Request ID: null; Proxy: null), S3 Extended Request ID: null:AccessDenied";
    assertThat(RootCause.line(TrainingException.last("rank 1 (a:1) failed", put, null)))
        .isEqualTo(
            "rank 1 (a:1) failed: "
                + "s3a://photos/table/part 0.parquet: access is denied; give these credentials the right to"
                + " list, read and write there (403 AccessDenied)");
  }
}
