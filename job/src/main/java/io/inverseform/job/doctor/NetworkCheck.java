package io.inverseform.job.doctor;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import org.apache.spark.SparkConf;
import org.apache.spark.util.Utils;

/** Whether executors would find the driver by the name that Spark gives them. */
final class NetworkCheck {
  private static final int MILLISECONDS = 5_000;
  private static final String REMEDY =
      "set spark.driver.host to a name or an address of this machine that the executors reach";

  private NetworkCheck() {}

  static Verdict driver(Subject subject) throws IOException {
    SparkConf spark = subject.spark();
    String host = spark.get("spark.driver.host", Utils.localHostName());
    InetAddress address;
    try {
      address = InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      return Verdict.problem("the driver's name %s does not resolve".formatted(host), REMEDY);
    }
    String found =
        host.equals(address.getHostAddress()) ? host : host + " is " + address.getHostAddress();
    if (address.isLoopbackAddress() && !subject.isAlone()) {
      return Verdict.problem(
          "%s: executors of %s would look for the driver on their own machines"
              .formatted(found, subject.master()),
          "unset SPARK_LOCAL_IP, and " + REMEDY);
    }
    String bind = spark.get("spark.driver.bindAddress", host);
    int port = spark.getInt("spark.driver.port", 0);
    try (ServerSocket server = new ServerSocket()) {
      server.bind(new InetSocketAddress(bind, port));
      return connect(found, new InetSocketAddress(address, server.getLocalPort()));
    } catch (BindException e) {
      return Verdict.problem(
          "cannot listen on %s:%d: %s".formatted(bind, port, e.getMessage()),
          port == 0
              ? "spark.driver.bindAddress must be an address of this machine"
              : "choose another spark.driver.port; Spark would go on to the next, where a firewall"
                  + " may stand");
    }
  }

  private static Verdict connect(String found, InetSocketAddress address) {
    try (Socket socket = new Socket()) {
      socket.connect(address, MILLISECONDS);
      return Verdict.ok(found + ", listens and answers");
    } catch (IOException e) {
      return Verdict.problem(
          "%s, but no connection to port %d: %s"
              .formatted(found, address.getPort(), e.getMessage()),
          REMEDY);
    }
  }
}
