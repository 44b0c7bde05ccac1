package io.inverseform.job.train;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The exchange's TCP connections between two processes of this machine, as the kernel knows them:
 * two to each server, where Spark's own come one by one.
 */
final class PeerConnections {
  private static final Pattern LINE =
      Pattern.compile("\\S+:(\\d+)\\s+\\S+:(\\d+)\\s+users:\\(\\(.*?pid=(\\d+),.*");

  private final long first;
  private final long second;

  /**
   * A connection.
   *
   * @param port of the first process
   * @param peerPort of the second
   */
  record Connection(int port, int peerPort) {}

  PeerConnections(ProcessHandle first, ProcessHandle second) {
    this.first = first.pid();
    this.second = second.pid();
  }

  /** Those that are open. */
  List<Connection> list() throws Exception {
    Map<Connection, Long> owners = new HashMap<>();
    for (String line : ss("-Htnp", "state", "established")) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.find()) {
        owners.put(
            new Connection(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))),
            Long.parseLong(matcher.group(3)));
      }
    }
    List<Connection> between = new ArrayList<>();
    owners.forEach(
        (connection, owner) -> {
          Long peer = owners.get(new Connection(connection.peerPort(), connection.port()));
          if (owner == first && peer != null && peer == second) {
            between.add(connection);
          }
        });
    return between.stream()
        .filter(
            connection ->
                between.stream()
                        .filter(
                            other ->
                                other.port() == connection.port()
                                    || other.peerPort() == connection.peerPort())
                        .count()
                    == 2)
        .sorted(Comparator.comparingInt(Connection::port).thenComparing(Connection::peerPort))
        .toList();
  }

  /** Whether the kernel resets connections for this user: tried on one of this process's own. */
  static boolean canCut() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
      return cut(List.of(new Connection(socket.getLocalPort(), socket.getPort()))) == 1;
    }
  }

  /** Has the kernel reset connections; returns how many it has. */
  static int cut(List<Connection> connections) throws Exception {
    String filter =
        connections.stream()
            .map(cut -> "( sport = :%d and dport = :%d )".formatted(cut.port(), cut.peerPort()))
            .collect(Collectors.joining(" or "));
    // Prints what it has closed.
    return ss("-HK", "-tn", filter).size();
  }

  private static List<String> ss(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("ss"));
    command.addAll(List.of(arguments));
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      // A machine without it.
      return List.of();
    }
    List<String> lines = process.inputReader().lines().toList();
    return process.waitFor() == 0 ? lines : List.of();
  }
}
