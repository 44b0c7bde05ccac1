package io.inverseform.job.allreduce;

/**
 * Where a worker or the coordinator listens.
 *
 * @param host name or address as the others reach it
 * @param bindHost name or address that its server binds to
 * @param ports of which it takes a free one
 */
public record Listen(String host, String bindHost, Ports ports) {
  /** Any port of a host as others reach it. */
  public static Listen on(String host) {
    return new Listen(host, host, Ports.ANY);
  }

  /**
   * What a configuration means on this host.
   *
   * @param host as Spark knows it
   * @param bindAddress empty for that host, an address such as 0.0.0.0, or a network such as
   *     10.1.0.0/16 of which this host takes its own address; but for 0.0.0.0 the others reach it
   *     there
   * @throws UnrecoverableException if it is neither, or this host has no such address
   */
  public static Listen of(String host, String bindAddress, Ports ports) {
    if (bindAddress.isEmpty()) {
      return new Listen(host, host, ports);
    }
    Network network = Network.parse(bindAddress);
    if (network.isAnyAddress()) {
      return new Listen(host, bindAddress, ports);
    }
    String own = network.ownAddress();
    return new Listen(own, own, ports);
  }
}
