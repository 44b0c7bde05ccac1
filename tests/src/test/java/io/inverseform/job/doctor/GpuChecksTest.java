package io.inverseform.job.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.doctor.Finding.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GpuChecksTest {
  private static final String AMOUNT = "spark.executor.resource.gpu.amount";
  private static final String SCRIPT = "spark.executor.resource.gpu.discoveryScript";

  @TempDir private Path folder;

  private Map<String, String> twoGpus() throws Exception {
    return Subjects.nvidiaSmi(
        folder,
        "test $# = 2 || exit 9",
        "echo '0, NVIDIA A100, 40960 MiB, 535.183.01'",
        "echo '1, NVIDIA A100, 40960 MiB, 535.183.01'");
  }

  private Verdict offered(String master, String... settings) throws Exception {
    return GpuChecks.offered(Subjects.of(master, twoGpus(), List.of(), settings));
  }

  @Test
  void gpusAreListed() throws Exception {
    Subjects.assertOk(
        GpuChecks.seen(Subjects.of("local[2]", twoGpus(), List.of())),
        "0, NVIDIA A100, 40960 MiB, 535.183.01; 1, NVIDIA A100, 40960 MiB, 535.183.01");
  }

  @Test
  void aDriverThatFailsIsAProblem() throws Exception {
    Map<String, String> broken =
        Subjects.nvidiaSmi(folder, "echo 'could not talk to the driver'", "exit 9");
    assertThat(GpuChecks.seen(Subjects.of("local[2]", broken, List.of())))
        .isEqualTo(
            Verdict.problem(
                folder + "/nvidia-smi failed with exit code 9: could not talk to the driver",
                "put NVIDIA's driver right"));
  }

  @Test
  void gpusThatNobodyAskedForAreWarnedOf() throws Exception {
    assertThat(offered("yarn"))
        .isEqualTo(
            Verdict.warning(
                "2 here, none asked for: workers train on the CPU",
                "submit to a cluster with --conf spark.executor.resource.gpu.amount=1"));
  }

  @Test
  void aLocalMasterGivesNone() throws Exception {
    Verdict verdict = offered("local[2]", AMOUNT, "1");
    assertThat(verdict.status()).isEqualTo(Status.PROBLEM);
    assertThat(verdict.detail()).isEqualTo(AMOUNT + "=1, but --master local[2] gives tasks no GPU");
  }

  @ParameterizedTest
  @ValueSource(strings = {"yarn", "k8s://https://host"})
  void whereNobodyElseFindsThemAScriptIsNeeded(String master) throws Exception {
    Verdict verdict = offered(master, AMOUNT, "1");
    assertThat(verdict.status()).isEqualTo(Status.PROBLEM);
    assertThat(verdict.detail()).isEqualTo(AMOUNT + "=1 without a discovery script");
    assertThat(verdict.remedy()).startsWith("set " + SCRIPT);
    assertThat(offered("spark://head:7077", AMOUNT, "1").status()).isEqualTo(Status.OK);
  }

  @Test
  void theScriptMustFindWhatThereIs() throws Exception {
    Path script = folder.resolve("find.sh");
    Subjects.script(script, "echo '{\"name\": \"gpu\", \"addresses\": [\"0\", \"1\"]}'");
    assertThat(offered("yarn", AMOUNT, "2", SCRIPT, script.toString()).status())
        .isEqualTo(Status.OK);
    assertThat(offered("yarn", AMOUNT, "3", SCRIPT, script.toString()).status())
        .isEqualTo(Status.PROBLEM);
    Subjects.script(script, "echo '{\"name\": \"gpu\", \"addresses\": [\"0\"]}'");
    Verdict less = offered("yarn", AMOUNT, "1", SCRIPT, script.toString());
    assertThat(less.status()).isEqualTo(Status.PROBLEM);
    assertThat(less.detail())
        .isEqualTo("1 an executor; %s finds 1: [\"0\"], nvidia-smi 2".formatted(script));
    Files.delete(script);
    Verdict missing = offered("yarn", AMOUNT, "1", SCRIPT, script.toString());
    assertThat(missing.status()).isEqualTo(Status.WARNING);
    assertThat(missing.detail())
        .isEqualTo("the discovery script %s cannot be run on this machine".formatted(script));
  }
}
