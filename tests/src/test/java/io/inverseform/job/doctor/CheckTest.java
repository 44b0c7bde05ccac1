package io.inverseform.job.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.config.ConfigException;
import io.inverseform.job.doctor.Finding.Status;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class CheckTest {
  private static Finding run(Callable<Verdict> examination) {
    return new Check("x", examination).run(Duration.ofSeconds(1));
  }

  @Test
  void aVerdictBecomesAFindingOfTheChecksName() {
    assertThat(run(() -> Verdict.warning("2 of 3", "add one")))
        .isEqualTo(new Finding("x", Status.WARNING, "2 of 3", "add one"));
  }

  @Test
  void whatIsThrownIsAProblem() {
    Finding refused =
        run(
            () -> {
              throw new ConfigException("'run' is nowhere; set it");
            });
    assertThat(refused).isEqualTo(new Finding("x", Status.PROBLEM, "'run' is nowhere; set it", ""));
    Finding broken =
        run(
            () -> {
              throw new NoClassDefFoundError("a/B");
            });
    assertThat(broken.status()).isEqualTo(Status.PROBLEM);
    assertThat(broken.text()).isEqualTo("java.lang.NoClassDefFoundError: a/B");
  }

  @Test
  void whatNeverAnswersIsGivenUp() {
    CountDownLatch never = new CountDownLatch(1);
    Finding finding =
        run(
            () -> {
              never.await();
              return Verdict.ok("");
            });
    assertThat(finding.status()).isEqualTo(Status.PROBLEM);
    assertThat(finding.text())
        .isEqualTo("no answer within 1 s; look for a machine, file system or driver that hangs");
  }
}
