package io.inverseform.job.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.doctor.Finding.Status;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkCheckTest {
  private static final String HOST = "spark.driver.host";

  @ParameterizedTest
  @ValueSource(strings = {"local[2]", "local-cluster[2,1,1024]", "spark://127.0.0.1:7077"})
  void onOneMachineTheLoopbackWillDo(String master) throws Exception {
    Subjects.assertOk(
        NetworkCheck.driver(Subjects.on(master, HOST, "127.0.0.1")),
        "127.0.0.1, listens and answers");
  }

  @Test
  void aLoopbackThatOthersShouldReachIsAProblem() throws Exception {
    Verdict verdict = NetworkCheck.driver(Subjects.on("spark://head:7077", HOST, "localhost"));
    assertThat(verdict.status()).isEqualTo(Status.PROBLEM);
    assertThat(verdict.detail())
        .isEqualTo(
            "localhost is 127.0.0.1: executors of spark://head:7077 would look for the driver on"
                + " their own machines");
    assertThat(verdict.remedy()).startsWith("unset SPARK_LOCAL_IP, and set spark.driver.host to ");
  }

  @Test
  void aNameThatDoesNotResolveIsAProblem() throws Exception {
    Verdict verdict = NetworkCheck.driver(Subjects.on("yarn", HOST, "no-such-host.invalid"));
    assertThat(verdict.status()).isEqualTo(Status.PROBLEM);
    assertThat(verdict.detail())
        .isEqualTo("the driver's name no-such-host.invalid does not resolve");
  }

  @Test
  void aPortThatIsTakenIsAProblem() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String port = String.valueOf(taken.getLocalPort());
      Verdict verdict =
          NetworkCheck.driver(
              Subjects.on("local[2]", HOST, "127.0.0.1", "spark.driver.port", port));
      assertThat(verdict.status()).isEqualTo(Status.PROBLEM);
      assertThat(verdict.detail()).startsWith("cannot listen on 127.0.0.1:%s: ".formatted(port));
      assertThat(verdict.remedy()).startsWith("choose another spark.driver.port");
    }
  }

  @Test
  void anAddressOfAnotherMachineIsAProblem() throws Exception {
    Verdict verdict =
        NetworkCheck.driver(
            Subjects.on("local[2]", HOST, "127.0.0.1", "spark.driver.bindAddress", "192.0.2.1"));
    assertThat(verdict.status()).isEqualTo(Status.PROBLEM);
    assertThat(verdict.remedy())
        .isEqualTo("spark.driver.bindAddress must be an address of this machine");
  }
}
