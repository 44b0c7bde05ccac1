package io.inverseform.job.allreduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListenTest {
  private static Listen of(String bindAddress) {
    return Listen.of("node7", bindAddress, Ports.ANY);
  }

  @Test
  void whatIsBoundToIsWhatOthersReachButForTheAddressOfAll() {
    assertThat(of("")).isEqualTo(new Listen("node7", "node7", Ports.ANY));
    assertThat(of("0.0.0.0")).isEqualTo(new Listen("node7", "0.0.0.0", Ports.ANY));
    assertThat(of("::")).isEqualTo(new Listen("node7", "::", Ports.ANY));
    assertThat(of("127.0.0.1")).isEqualTo(new Listen("127.0.0.1", "127.0.0.1", Ports.ANY));
    assertThat(of("127.0.0.0/8")).isEqualTo(new Listen("127.0.0.1", "127.0.0.1", Ports.ANY));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"126.0.0.0/7", "203.0.113.0/24", "203.0.113.9", "128.0.0.1/32", "2001:db8::/32"})
  void aNetworkThatThisHostIsNotInIsNamedWithTheAddressesItHas(String bindAddress) {
    assertThatThrownBy(() -> of(bindAddress))
        .isInstanceOf(UnrecoverableException.class)
        .hasMessageContaining("train.exchange.bind_address is ")
        .hasMessageContaining(", and this host has only 127.0.0.1, ")
        .hasMessageContaining("name a network that all workers' hosts have an address in");
  }

  @ParameterizedTest
  @ValueSource(strings = {"node7", "10.0.0.0/33", "10.0.0.0/x", "::/129", "1:2:3:4"})
  void whatIsNeitherAddressNorNetworkIsRefused(String bindAddress) {
    assertThatThrownBy(() -> of(bindAddress))
        .isInstanceOf(UnrecoverableException.class)
        .hasMessageStartingWith(
            "train.exchange.bind_address '%s' is neither an address such as 0.0.0.0 nor a network",
            bindAddress);
  }

  @ParameterizedTest
  @CsvSource({
    "10.1.2.0/23, 10.1.3.255, true",
    "10.1.2.0/23, 10.1.4.0, false",
    "0.0.0.0/0, 8.8.8.8, true",
    "fd00:1::/32, fd00:1::7, true",
    "fd00:1::/32, fd00:2::7, false",
    "::/0, 10.0.0.1, false"
  })
  void aNetworkHasTheAddressesThatShareItsBits(String network, String address, boolean inside)
      throws Exception {
    assertThat(Network.parse(network).contains(InetAddress.getByName(address))).isEqualTo(inside);
  }

  @Test
  void portsAreARangeOrAny() {
    assertThat(Ports.parse("")).isEqualTo(Ports.ANY);
    assertThat(Ports.parse("40000-40100")).isEqualTo(new Ports(40000, 40100));
    assertThat(Ports.parse("40000-40002").all()).containsExactly(40000, 40001, 40002);
    for (String wrong : new String[] {"9-8", "0-8", "1-65536", "a-b", "1-2-3", "-5"}) {
      assertThatThrownBy(() -> Ports.parse(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("no range of ports: ");
    }
  }
}
