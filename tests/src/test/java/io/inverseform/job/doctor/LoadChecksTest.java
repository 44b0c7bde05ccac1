package io.inverseform.job.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.doctor.Finding.Status;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadChecksTest {
  private static final long GB = 1L << 30;

  private static Subject five(String master, int threads, String... settings) {
    return Subjects.of(
        master,
        Map.of("OMP_WAIT_POLICY", "PASSIVE"),
        List.of("train.workers=5", "train.threads=" + threads),
        settings);
  }

  @Test
  void moreThreadsThanCoresAreWarnedOfWhereAllWorkersAreHere() {
    assertThat(LoadChecks.threads(five("local[5]", 2), 9))
        .isEqualTo(
            Verdict.warning(
                "5 workers x 2 threads on 9 cores: the run will be slow",
                "lower train.workers or train.threads"));
    Subjects.assertOk(
        LoadChecks.threads(five("local[5]", 2), 10),
        "5 workers x 2 threads on 10 cores, OMP_WAIT_POLICY=PASSIVE");
    assertThat(LoadChecks.threads(five("yarn", 1), 1).status()).isEqualTo(Status.OK);
  }

  @Test
  void onAClusterAWorkersThreadsNeedTheCoresOfItsTask() {
    assertThat(LoadChecks.threads(five("yarn", 4, "spark.task.cpus", "2"), 64))
        .isEqualTo(
            Verdict.warning(
                "5 workers x 4 threads, 2 cores a task: workers of one executor share its cores",
                "set spark.task.cpus=4 or lower train.threads"));
    assertThat(LoadChecks.threads(five("yarn", 4, "spark.task.cpus", "4"), 64).status())
        .isEqualTo(Status.OK);
  }

  @Test
  void tooFewSlotsAreAProblemWhereTheSettingsTell() {
    String[] settings = {"spark.executor.instances", "2", "spark.executor.cores", "4"};
    assertThat(LoadChecks.threads(five("yarn", 1, settings), 1).status()).isEqualTo(Status.OK);
    Verdict wide =
        LoadChecks.threads(
            five(
                "yarn",
                2,
                "spark.executor.instances",
                "2",
                "spark.executor.cores",
                "4",
                "spark.task.cpus",
                "2"),
            1);
    assertThat(wide.status()).isEqualTo(Status.PROBLEM);
    assertThat(wide.detail()).isEqualTo("5 workers x 2 threads, 2 cores a task, 4 task slots");
    Verdict gpus =
        LoadChecks.threads(
            five(
                "yarn",
                1,
                "spark.executor.instances",
                "2",
                "spark.executor.cores",
                "4",
                "spark.executor.resource.gpu.amount",
                "1"),
            1);
    assertThat(gpus.detail()).endsWith(", 2 task slots");
  }

  @Test
  void threadsThatSpinAreWarnedOf() {
    Verdict verdict = LoadChecks.threads(Subjects.of("local[2]", Map.of(), List.of()), 8);
    assertThat(verdict.status()).isEqualTo(Status.WARNING);
    assertThat(verdict.detail())
        .endsWith("OMP_WAIT_POLICY is not set: threads that wait keep cores busy");
  }

  @Test
  void aHeapThatLeavesPyTorchNothingIsAProblem() {
    Subject local = Subjects.on("local[2]");
    Subjects.assertOk(LoadChecks.memory(local, 4 * GB, 8 * GB), "driver's heap 4.0 GiB of 8.0 GiB");
    assertThat(LoadChecks.memory(local, 7 * GB, 8 * GB))
        .isEqualTo(
            Verdict.problem(
                "driver's heap 7.0 GiB of 8.0 GiB: too little is left for PyTorch and the system",
                "lower --driver-memory"));
    assertThat(LoadChecks.memory(local).status()).isEqualTo(Status.OK);
  }

  @ParameterizedTest
  @ValueSource(strings = {"yarn", "k8s://https://host"})
  void containersNeedRoomBesideTheHeap(String master) {
    Verdict verdict =
        LoadChecks.memory(Subjects.on(master, "spark.executor.memory", "16g"), GB, 8 * GB);
    assertThat(verdict.status()).isEqualTo(Status.WARNING);
    assertThat(verdict.detail())
        .endsWith("an executor is killed whose PyTorch takes more than a tenth of its heap of 16g");
    assertThat(verdict.remedy()).startsWith("set spark.executor.memoryOverhead to ");
    Subject roomy = Subjects.on(master, "spark.executor.memoryOverhead", "8g");
    assertThat(LoadChecks.memory(roomy, GB, 8 * GB).status()).isEqualTo(Status.OK);
  }
}
