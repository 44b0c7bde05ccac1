package io.inverseform.job.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.util.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scala.Tuple2;
import scala.collection.JavaConverters;

class ObjectStoresTest {
  private static final String PROVIDERS = "fs.s3a.aws.credentials.provider";

  @Test
  void driverAndSparkLookForCredentialsInTheSamePlaces() {
    SparkConf conf = ObjectStores.addTo(new SparkConf(false));
    assertThat(conf.get("spark.hadoop." + PROVIDERS))
        .isEqualTo(ObjectStores.hadoop(new SparkConf(false)).get(PROVIDERS))
        .isEqualTo(
            "org.apache.hadoop.fs.s3a.TemporaryAWSCredentialsProvider,"
                + "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider,"
                + "com.amazonaws.auth.DefaultAWSCredentialsProviderChain");
  }

  @Test
  void theUsersSettingsStay() {
    SparkConf given =
        new SparkConf(false)
            .set("spark.hadoop." + PROVIDERS, "user.Provider")
            .set("spark.redaction.regex", "mine");
    assertThat(ObjectStores.hadoop(given).get(PROVIDERS)).isEqualTo("user.Provider");
    SparkConf conf = ObjectStores.addTo(given);
    assertThat(conf.get("spark.hadoop." + PROVIDERS)).isEqualTo("user.Provider");
    assertThat(conf.get("spark.redaction.regex")).isEqualTo("mine");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spark.hadoop.fs.s3a.access.key",
        "spark.hadoop.fs.s3a.secret.key",
        "spark.hadoop.fs.s3a.session.token",
        "spark.hadoop.fs.s3a.encryption.key",
        "spark.hadoop.fs.s3a.server-side-encryption.key",
        "spark.hadoop.fs.s3a.proxy.password",
        "spark.hadoop.fs.s3a.bucket.photos.secret.key",
        "spark.executorEnv.AWS_SECRET_ACCESS_KEY"
      })
  void sparkShowsNoSecret(String key) {
    SparkConf conf = ObjectStores.addTo(new SparkConf(false));
    assertThat(
            Utils.redact(conf, JavaConverters.asScalaBuffer(List.of(Tuple2.apply(key, "x"))))
                .mkString())
        .isEqualTo("(" + key + ",*********(redacted))");
  }
}
