package io.inverseform.job.allreduce;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An IP network, or one address, and what this host has of it.
 *
 * @param prefix an address of the network
 * @param bits of the address that all of the network share
 */
record Network(InetAddress prefix, int bits) {
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

  /**
   * Reads "10.1.0.0/16", or an address without its bits, which is a network of one.
   *
   * @throws UnrecoverableException if it is neither
   */
  static Network parse(String text) {
    String[] parts = text.split("/", 2);
    // Anything else would be looked up as a name.
    if (ADDRESS.matcher(parts[0]).matches()) {
      try {
        InetAddress address = InetAddress.getByName(parts[0]);
        int all = address.getAddress().length * Byte.SIZE;
        int bits = parts.length == 1 ? all : Integer.parseInt(parts[1]);
        if (bits >= 0 && bits <= all) {
          return new Network(address, bits);
        }
      } catch (UnknownHostException | NumberFormatException e) {
        throw new UnrecoverableException(refusal(text), e);
      }
    }
    throw new UnrecoverableException(refusal(text));
  }

  private static String refusal(String text) {
    return "train.exchange.bind_address '"
        + text
        + "' is neither an address such as 0.0.0.0 nor a network such as 10.1.0.0/16";
  }

  /** Whether this is the address that stands for all of a host's. */
  boolean isAnyAddress() {
    return bits == prefix.getAddress().length * Byte.SIZE && prefix.isAnyLocalAddress();
  }

  boolean contains(InetAddress address) {
    byte[] mine = prefix.getAddress();
    byte[] other = address.getAddress();
    if (mine.length != other.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit++) {
      int mask = 0x80 >> bit % Byte.SIZE;
      if (((mine[bit / Byte.SIZE] ^ other[bit / Byte.SIZE]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * This host's address in the network; the lowest, if it has several.
   *
   * @throws UnrecoverableException if it has none; names those that it has
   */
  String ownAddress() {
    List<InetAddress> own = ownAddresses();
    return own.stream()
        .filter(address -> contains(address) && isReachable(address))
        .findFirst()
        .map(Network::text)
        .orElseThrow(
            () ->
                new UnrecoverableException(
                    "train.exchange.bind_address is %s, and this host has only %s: name a network that"
                            .formatted(
                                this,
                                own.stream().map(Network::text).collect(Collectors.joining(", ")))
                        + " all workers' hosts have an address in, 0.0.0.0 to listen on all of a"
                        + " host's, or nothing for the host as Spark knows it"));
  }

  /** A wide network must not lead other hosts to their own loopback. */
  private boolean isReachable(InetAddress address) {
    return prefix.isLoopbackAddress() || !address.isLoopbackAddress();
  }

  private static List<InetAddress> ownAddresses() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .sorted(
              Comparator.<InetAddress>comparingInt(address -> address.getAddress().length)
                  .thenComparing(InetAddress::getAddress, Arrays::compareUnsigned))
          .toList();
    } catch (SocketException e) {
      throw new UncheckedIOException(new IOException("cannot list this host's addresses", e));
    }
  }

  private static String text(InetAddress address) {
    // Without the interface's name, which means nothing to others.
    return address.getHostAddress().replaceFirst("%.*", "");
  }

  @Override
  public String toString() {
    return text(prefix) + (bits == prefix.getAddress().length * Byte.SIZE ? "" : "/" + bits);
  }
}
