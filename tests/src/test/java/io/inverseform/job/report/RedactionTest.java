package io.inverseform.job.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
  private final Redaction redaction = Redaction.of("(?!)", Map.of());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spark.hadoop.fs.s3a.access.key",
        "spark.hadoop.fs.s3a.secret.key",
        "spark.hadoop.fs.s3a.session.token",
        "spark.hadoop.fs.s3a.bucket.photos.encryption.key",
        "spark.hadoop.fs.s3a.server-side-encryption.key",
        "spark.hadoop.fs.azure.account.key.store.dfs.core.windows.net",
        "spark.hadoop.fs.azure.sas.container.store.blob.core.windows.net.token",
        "spark.authenticate.secret",
        "spark.ssl.keyPassword",
        "spark.executorEnv.AWS_SECRET_ACCESS_KEY",
        "spark.executorEnv.AWS_ACCESS_KEY_ID",
        "spark.kubernetes.authenticate.submission.oauthToken",
        "HF_TOKEN",
        "DB_PASSWD",
        "spark.executorEnv.DB_PASS",
        "http.authorization",
        "API_KEY",
        "GOOGLE_APPLICATION_CREDENTIALS"
      })
  void valuesWhoseNameSaysSoAreHidden(String name) {
    assertThat(redaction.value(name, "s3cr3t-v4lue")).isEqualTo("***");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spark.authenticate",
        "spark.hadoop.fs.s3a.endpoint",
        "spark.hadoop.fs.s3a.aws.credentials.provider",
        "spark.network.crypto.keyLength",
        "train.keep_checkpoints",
        "optimizer.momentum",
        "PWD",
        "spark.executorEnv.OMP_NUM_THREADS"
      })
  void otherValuesStay(String name) {
    assertThat(redaction.value(name, "value")).isEqualTo("value");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "s3a://AKIDEXAMPLE:wJalr/XUtn@photos/x | s3a://***@photos/x",
        "https://user:pass@host:8080/x?a=b | https://***@host:8080/x?a=b",
        "https://abcdef0123@host/x | https://***@host/x",
        "hdfs://name:9000/runs | hdfs://name:9000/runs",
        "abfss://container@store.dfs.core.windows.net/x | abfss://container@store.dfs.core.windows.net/x",
        "jdbc:postgresql://u:p@ss@db/x and more | jdbc:postgresql://***@db/x and more",
        "https://host/x?X-Amz-Credential=AK/2026&X-Amz-Signature=0f3a&v=1 | https://host/x?X-Amz-Credential=***&X-Amz-Signature=***&v=1",
        "https://host/x?sv=2020&sig=abc%3D | https://host/x?sv=2020&sig=***",
        "train --conf spark.hadoop.fs.s3a.secret.key=abc/d+e= --set train.epochs=2 | train --conf spark.hadoop.fs.s3a.secret.key=*** --set train.epochs=2",
        "-Djavax.net.ssl.keyStorePassword=changeit -Xmx4g | -Djavax.net.ssl.keyStorePassword=*** -Xmx4g",
        "-Djavax.net.ssl.keyStorePassword=ab,cd;ef&g}h -Xmx4g | -Djavax.net.ssl.keyStorePassword=*** -Xmx4g",
        "tool --password hunter22 --verbose | tool --password *** --verbose",
        "{\"api_key\": \"abc def\", \"n\": 3} | {\"api_key\": ***, \"n\": 3}",
        "Authorization: Bearer abcdef.ghi-jkl | Authorization: ***",
        "key AKIAIOSFODNN7EXAMPLE in text | key *** in text",
        "ghp_0123456789abcdef0123456789abcdef0123 | ***",
        "eyJhbGciOi.eyJzdWIi.c2ln | ***",
        "data.source=s3a://photos/a.b | data.source=s3a://photos/a.b",
        "30 tokens of text: fine | 30 tokens of text: fine"
      })
  void secretsWithinTextsAreHiddenAndTheRestStays(String text, String shown) {
    assertThat(redaction.text(text)).isEqualTo(shown);
  }

  @Test
  void privateKeysAreHiddenWhole() {
    assertThat(
            redaction.text(
                "a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----\nb"))
        .isEqualTo("a\n***\nb");
  }

  @Test
  void whatTheProcessKnowsAsASecretIsHiddenWhereverItStands() {
    Redaction knowing =
        Redaction.of(
            "(?i)my[.]own",
            Map.of(
                "AWS_SECRET_ACCESS_KEY",
                "qwertz123",
                "x.my.own.x",
                "plughxyzzy",
                "HOME",
                "/home/me"));
    assertThat(knowing.text("--input /home/me/qwertz123/a plughxyzzy"))
        .isEqualTo("--input /home/me/***/a ***");
    assertThat(knowing.value("MY.OWN", "1")).isEqualTo("***");
  }

  @Test
  void wordsOfACommandLineStayApart() {
    assertThat(redaction.commandLine(Stream.of("submit.sh", "train", "--set", "loss.terms=[a, b]")))
        .isEqualTo("submit.sh train --set 'loss.terms=[a, b]'");
  }
}
