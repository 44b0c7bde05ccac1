package io.inverseform.job.allreduce;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Two hosts beside this one, on a switch of their own, as network namespaces of Linux. Every host
 * has an address in two networks; this one is number 1, the others are 2 and 3.
 */
final class Namespaces implements AutoCloseable {
  /** What the driver is reached by. */
  static final String CONTROL = "198.18.77.";

  /** What gradients are meant to travel on. */
  static final String DATA = "198.19.77.";

  private final Path tool =
      Arrays.stream((System.getenv("PATH") + ":/usr/sbin:/sbin").split(":"))
          .map(folder -> Path.of(folder, "ip"))
          .filter(path -> path.toFile().canExecute())
          .findFirst()
          .orElse(null);
  private final String id = Long.toString(ProcessHandle.current().pid(), Character.MAX_RADIX);
  private final String link = "if" + id;
  private final String wire = "if-switch-" + id;

  /** Sets everything up; skips the test where that is not possible. */
  Namespaces() throws Exception {
    assumeThat(tool).as("iproute2's 'ip', to make network namespaces with").isNotNull();
    try {
      assumeThat(ip("netns", "add", wire)).as("root's right to add a network namespace").isEmpty();
      assumeThat(build()).as("virtual links and a bridge between namespaces").isEmpty();
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  /** What went wrong first; empty if nothing. */
  private String build() throws IOException {
    List<String[]> commands = new ArrayList<>();
    commands.add(words("link add bridge netns " + wire + " type bridge"));
    commands.add(words("link add " + link + " type veth peer name port1 netns " + wire));
    for (int host = 2; host <= 3; host++) {
      commands.add(words("netns add " + host(host)));
      commands.add(
          words(
              "link add eth0 netns %s type veth peer name port%d netns %s"
                  .formatted(host(host), host, wire)));
      for (String network : List.of(CONTROL, DATA)) {
        commands.add(words("-n %s addr add %s%d/24 dev eth0".formatted(host(host), network, host)));
      }
      commands.add(words("-n " + host(host) + " link set lo up"));
      commands.add(words("-n " + host(host) + " link set eth0 up"));
    }
    for (int port = 1; port <= 3; port++) {
      commands.add(words("-n " + wire + " link set port" + port + " master bridge"));
      commands.add(words("-n " + wire + " link set port" + port + " up"));
    }
    commands.add(words("-n " + wire + " link set bridge up"));
    for (String network : List.of(CONTROL, DATA)) {
      commands.add(words("addr add " + network + "1/24 dev " + link));
    }
    commands.add(words("link set " + link + " up"));
    for (String[] command : commands) {
      String said = ip(command);
      if (!said.isEmpty()) {
        return "ip " + String.join(" ", command) + ": " + said;
      }
    }
    return "";
  }

  private static String[] words(String command) {
    return command.split(" ");
  }

  private String host(int number) {
    return "if-host" + number + "-" + id;
  }

  /** What runs a command on host 2 or 3. */
  List<String> on(int host) {
    return List.of(tool.toString(), "netns", "exec", host(host));
  }

  /** The namespace that all packets between hosts pass. */
  Path wire() {
    return Path.of("/run/netns", wire);
  }

  private String ip(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(tool.toString()));
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    // Its output has ended, and so has it.
    if (process.onExit().join().exitValue() == 0) {
      return "";
    }
    return said.isBlank() ? "no success" : said.strip();
  }

  /** Ends both hosts; their links go with them. */
  @Override
  public void close() throws IOException {
    for (String namespace : List.of(host(2), host(3), wire)) {
      ip("netns", "delete", namespace);
    }
  }
}
