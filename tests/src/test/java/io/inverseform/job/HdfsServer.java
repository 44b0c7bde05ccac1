package io.inverseform.job;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** HDFS with one name node and one data node, each a process of its own. */
public final class HdfsServer implements AutoCloseable {
  private static final Path JARS = SubmitScript.ROOT.resolve("tests/hdfs/target/jars");
  private static final Duration START = Duration.ofSeconds(60);
  private static final String PACKAGE = "org.apache.hadoop.hdfs.server.";

  private final List<Process> processes = new ArrayList<>();
  private final Path folder;
  private final int port;

  /**
   * Starts it on free ports.
   *
   * @param folder for blocks, settings and logs
   */
  public HdfsServer(Path folder) throws Exception {
    this.folder = Files.createDirectories(folder);
    port = freePort();
    writeSettings();
    try {
      Process format = start("format", PACKAGE + "namenode.NameNode", "-format", "-force");
      if (!format.waitFor(START.toSeconds(), TimeUnit.SECONDS) || format.exitValue() != 0) {
        throw new IOException("HDFS cannot be formatted: see " + folder);
      }
      ProcessLog names = log(start("namenode", PACKAGE + "namenode.NameNode"), "namenode");
      names.await("RPC server is binding|NameNode RPC up at", START);
      log(start("datanode", PACKAGE + "datanode.DataNode"), "datanode");
      names.await("registerDatanode: from", START);
      names.await("Processing first storage report", START);
    } catch (Exception | Error e) {
      close();
      throw e;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void writeSettings() throws IOException {
    Map<String, String> settings = new TreeMap<>();
    settings.put("fs.defaultFS", address(""));
    settings.put("dfs.replication", "1");
    settings.put("dfs.namenode.name.dir", folder.resolve("names").toUri().toString());
    settings.put("dfs.datanode.data.dir", folder.resolve("blocks").toUri().toString());
    for (String server :
        List.of(
            "dfs.namenode.http-address",
            "dfs.datanode.address",
            "dfs.datanode.ipc.address",
            "dfs.datanode.http.address")) {
      settings.put(server, "127.0.0.1:0");
    }
    StringBuilder xml = new StringBuilder("<configuration>");
    settings.forEach(
        (name, value) ->
            xml.append(
                "<property><name>%s</name><value>%s</value></property>".formatted(name, value)));
    xml.append("</configuration>");
    Files.writeString(folder.resolve("core-site.xml"), xml);
    Files.writeString(folder.resolve("hdfs-site.xml"), xml);
    Files.writeString(
        folder.resolve("log4j.properties"),
        """
        log4j.rootLogger=INFO, console
        log4j.appender.console=org.apache.log4j.ConsoleAppender
        log4j.appender.console.layout=org.apache.log4j.PatternLayout
        log4j.appender.console.layout.ConversionPattern=%p %c{1} %m%n
        """);
  }

  private Process start(String name, String mainClass, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                folder + File.pathSeparator + JARS + "/*",
                mainClass));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    if (name.equals("format")) {
      builder.redirectOutput(folder.resolve("format.log").toFile());
    }
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  private ProcessLog log(Process process, String name) {
    return new ProcessLog(process.getInputStream(), folder.resolve(name + ".log"));
  }

  /** An address in it. */
  public String address(String path) {
    return "hdfs://127.0.0.1:" + port + path;
  }

  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
  }
}
