package io.inverseform.job.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.doctor.Finding.Status;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterTest {
  private static ExecutorReport report(String host, String natives, Status status) {
    return new ExecutorReport(
        host + "/1",
        List.of(
            new Finding("jdk", Status.OK, "17.0.1, heap 1 GiB", ""),
            new Finding("spark", Status.OK, "3.5.9", ""),
            new Finding("pytorch", status, natives, status == Status.OK ? "" : "put it right"),
            new Finding("gpus", Status.OK, "none", "")));
  }

  @Test
  void theMachineThatDiffersIsNamedAndHow() {
    List<Finding> findings =
        Cluster.findings(
                List.of(
                    report("a", "2.7.1 for CUDA in /a/lib, bridge", Status.OK),
                    report("b", "2.7.1 for the CPU in /b/lib, bridge", Status.OK),
                    report("c", "2.7.1 for CUDA in /c/lib, bridge", Status.OK)))
            .toList();
    assertThat(findings).extracting(Finding::name).containsExactly("a/1", "b/1", "c/1");
    assertThat(findings)
        .extracting(Finding::status)
        .containsExactly(Status.OK, Status.PROBLEM, Status.OK);
    assertThat(findings.get(0).text())
        .isEqualTo(
            "jdk 17.0.1, heap 1 GiB; spark 3.5.9; pytorch 2.7.1 for CUDA, bridge; gpus none");
    assertThat(findings.get(1).text())
        .isEqualTo(
            "pytorch is 2.7.1 for the CPU, bridge, elsewhere 2.7.1 for CUDA, bridge;"
                + " make all machines alike");
  }

  @Test
  void whatIsWrongOnAllIsToldOfEach() {
    assertThat(
            Cluster.findings(
                List.of(
                    report("a", "2.6.0", Status.PROBLEM), report("b", "2.6.0", Status.PROBLEM))))
        .containsExactly(
            new Finding("a/1", Status.PROBLEM, "pytorch: 2.6.0; put it right", ""),
            new Finding("b/1", Status.PROBLEM, "pytorch: 2.6.0; put it right", ""));
  }

  @Test
  void aClusterThatCannotBeReachedIsOneProblem() {
    assertThat(
            Doctor.examineCluster(
                Subjects.on("spark://head:7077"),
                () -> {
                  throw new IllegalStateException("all masters are unresponsive");
                }))
        .containsExactly(
            new Finding(
                "cluster",
                Status.PROBLEM,
                "java.lang.IllegalStateException: all masters are unresponsive",
                ""));
  }
}
