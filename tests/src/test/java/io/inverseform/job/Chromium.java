package io.inverseform.job;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A browser without a window, driven by the DevTools protocol over the JDK's own WebSocket: what
 * the tests need of it is a few calls, for which a driver's library would be larger than the job.
 */
public final class Chromium implements AutoCloseable {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome");
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final HttpClient client = HttpClient.newHttpClient();
  private final Process process;
  private final URI address;

  /** Whether this machine has one. */
  public static boolean isInstalled() {
    return NAMES.stream().anyMatch(Chromium::isOnPath);
  }

  private static boolean isOnPath(String name) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
  }

  /**
   * Starts it.
   *
   * @param folder for its profile
   */
  public Chromium(Path folder) throws IOException, InterruptedException {
    process =
        new ProcessBuilder(
                NAMES.stream().filter(Chromium::isOnPath).findFirst().orElseThrow(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                "--user-data-dir=" + folder.resolve("profile"),
                "about:blank")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    ProcessLog log = new ProcessLog(process.getErrorStream(), folder.resolve("chromium.log"));
    address =
        URI.create("http://" + log.await("DevTools listening on ws://([^/]+)/", LIMIT).group(1));
  }

  /** A tab with a page in it that is loaded, on a screen of that width. */
  public ChromiumPage open(Path html, int width, boolean dark)
      throws IOException, InterruptedException {
    HttpRequest tab =
        HttpRequest.newBuilder(address.resolve("/json/new?about:blank"))
            .method("PUT", HttpRequest.BodyPublishers.noBody())
            .build();
    String answer = client.send(tab, BodyHandlers.ofString()).body();
    String socket = new ObjectMapper().readTree(answer).path("webSocketDebuggerUrl").asText();
    ChromiumPage page = new ChromiumPage(client, URI.create(socket));
    page.load(html, width, dark);
    return page;
  }

  @Override
  public void close() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    process.onExit().orTimeout(20, TimeUnit.SECONDS).join();
    children.forEach(ProcessHandle::destroyForcibly);
  }
}
