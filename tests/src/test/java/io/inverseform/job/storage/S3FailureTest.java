package io.inverseform.job.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class S3FailureTest {
  private static final String PUT =
      "java.nio.file.AccessDeniedException: s3a://photos/table/part 0.parquet: Writing Object on"
          + " table/part 0.parquet: com.amazonaws.services.s3.model.AmazonS3Exception: Access Denied"
          + " (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: X; S3"
          + " Extended Request ID: null; Proxy: null), S3 Extended Request ID: null:AccessDenied";
  private static final String DENIED =
      "s3a://photos/table/part 0.parquet: access is denied; give these credentials the right to"
          + " list, read and write there (403 AccessDenied)";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "403 | ExpiredToken | The provided token has expired. | the session token is no longer valid;",
        "403 | RequestTimeTooSkewed | The difference is too large. | the clock of this machine is wrong;",
        "403 | AccessDenied | Access Denied | access is denied;",
        "301 | PermanentRedirect | Use the specified endpoint. | the bucket's region is another one;",
        "400 | AuthorizationHeaderMalformed | the region 'eu-west-1' is wrong; expecting 'us-east-2' | the bucket's region is another one; set spark.hadoop.fs.s3a.endpoint.region=us-east-2",
        "503 | SlowDown | Please reduce your request rate. | the store goes on refusing requests as too many;",
        "507 | QuotaExceeded | The disk is full. | the store answers 'The disk is full.'; see its manual"
      })
  void whatTheStoreAnswersIsSaidInWords(int status, String code, String message, String words) {
    IOException failure =
        new IOException(
            ("listStatus on s3a://photos/a: com.amazonaws.services.s3.model.AmazonS3Exception: %s"
                    + " (Service: Amazon S3; Status Code: %d; Error Code: %s; Request ID: 1;)")
                .formatted(message, status, code));
    assertThat(S3Failure.reason(failure).orElseThrow())
        .startsWith(words)
        .endsWith(" (%d %s)".formatted(status, code));
    assertThat(S3Failure.line(failure).orElseThrow()).startsWith("s3a://photos/a: " + words);
  }

  @Test
  void anExecutorsFailureIsFoundInTheTextOfSparks() {
    String message =
        "Job aborted due to stage failure: Task 0 in stage 1.0 failed 1 times: Lost task 0.0\n"
            + PUT
            + "\n\tat org.apache.hadoop.fs.s3a.S3AUtils.translateException(S3AUtils.java:249)\n"
            + "Caused by: com.amazonaws.services.s3.model.AmazonS3Exception: Access Denied (Service:"
            + " Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: X)\n\t... 3 more";
    assertThat(S3Failure.line(new RuntimeException(message))).contains(DENIED);
  }

  @Test
  void failuresOfOthersAreNotTheStores() {
    assertThat(S3Failure.line(new IOException("lost", new ConnectException("Connection refused"))))
        .isEmpty();
    String frame =
        "no crop\n\tat org.apache.hadoop.fs.s3a.S3AInputStream.read(S3AInputStream.java)";
    assertThat(S3Failure.line(new IllegalStateException(frame))).isEmpty();
  }
}
