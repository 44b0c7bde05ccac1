package io.inverseform.job.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.doctor.Finding.Status;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SparkChecksTest {
  private static Verdict home(String home) throws Exception {
    return SparkChecks.home(
        Subjects.of("local[2]", Map.of("INVERSEFORM_SPARK_HOME", home), List.of()));
  }

  @Test
  void theSparkOfThisBuildIsTheOneBuiltFor() throws Exception {
    Verdict verdict = SparkChecks.version();
    assertThat(verdict.status()).as(verdict.toString()).isEqualTo(Status.OK);
    assertThat(verdict.detail()).isEqualTo(BuiltFor.version("spark") + ", Scala 2.12.18");
  }

  @ParameterizedTest
  @CsvSource({
    "3.5.1, 2.12.18, WARNING",
    "3.4.4, 2.12.18, PROBLEM",
    "3.5.9, 2.13.8, PROBLEM",
    "4.0.0, 2.13.16, PROBLEM"
  })
  void otherVersionsAreTold(String spark, String scala, Status status) throws Exception {
    Verdict verdict = SparkChecks.version(spark, scala);
    assertThat(verdict.status()).isEqualTo(status);
    assertThat(verdict.detail()).isEqualTo("%s, Scala %s".formatted(spark, scala));
    assertThat(verdict.remedy())
        .isEqualTo(
            "this job is built for Spark 3.5.9 with Scala 2.12: set SPARK_HOME to such a one, or"
                + " unset it");
  }

  @Test
  void aSparkHomeThatIsNotUsedIsAProblem(@TempDir Path folder) throws Exception {
    Path jar =
        Path.of(SparkContext.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Subjects.assertOk(home(jar.getParent().getParent().toString()), jar.getParent().toString());
    assertThat(home("").status()).isEqualTo(Status.OK);
    for (String wrong : List.of(folder.toString(), "/nowhere")) {
      Verdict verdict = home(wrong);
      assertThat(verdict.status()).isEqualTo(Status.PROBLEM);
      assertThat(verdict.detail())
          .isEqualTo(
              "SPARK_HOME=%s is not used, Spark is that in %s".formatted(wrong, jar.getParent()));
      assertThat(verdict.remedy())
          .isEqualTo("set it to a folder with bin/spark-submit, or unset it");
    }
  }

  @Test
  void anS3ClientOfAnotherHadoopIsWarnedOf() throws Exception {
    Subjects.assertOk(
        SparkChecks.hadoop(Subjects.on("local[2]")), "3.3.4 with hadoop-aws-3.3.4.jar");
    assertThat(SparkChecks.hadoop("3.3.4", "hadoop-aws-3.3.6.jar"))
        .isEqualTo(
            Verdict.warning(
                "3.3.4 with hadoop-aws-3.3.6.jar",
                "s3a:// fails where the two do not match: bring hadoop-aws 3.3.4"));
  }
}
