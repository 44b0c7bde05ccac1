package io.inverseform.job.allreduce;

import java.io.Serializable;

/**
 * Where a coordinator or worker listens.
 *
 * @param host name or IP that others can reach
 * @param port 1 to 65535
 */
public record Address(String host, int port) implements Serializable {
  /**
   * @throws IllegalArgumentException if the host is blank or the port outside its range
   */
  public Address {
    if (host == null || host.isBlank() || port < 1 || port > 65535) {
      throw new IllegalArgumentException("no address: host '" + host + "', port " + port);
    }
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
