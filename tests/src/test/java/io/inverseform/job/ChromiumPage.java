package io.inverseform.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A page in a browser's tab: one call at a time. */
public final class ChromiumPage implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SECONDS = 60;

  private final BlockingQueue<JsonNode> messages = new LinkedBlockingQueue<>();
  private final List<JsonNode> events = new ArrayList<>();
  private final WebSocket socket;
  private int calls;

  ChromiumPage(HttpClient client, URI address) {
    socket = client.newWebSocketBuilder().buildAsync(address, new Ear()).join();
  }

  private final class Ear implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        try {
          messages.add(JSON.readTree(text.toString()));
        } catch (IOException e) {
          messages.add(JSON.createObjectNode().put("error", e.toString()));
        }
        text.setLength(0);
      }
      from.request(1);
      return null;
    }
  }

  /** Loads a file without a network and without scripts. */
  void load(Path html, int width, boolean dark) throws IOException, InterruptedException {
    call("Page.enable", Map.of());
    call("Runtime.enable", Map.of());
    call("Log.enable", Map.of());
    call("Network.enable", Map.of());
    call(
        "Network.emulateNetworkConditions",
        Map.of("offline", true, "latency", 0, "downloadThroughput", 0, "uploadThroughput", 0));
    call("Emulation.setScriptExecutionDisabled", Map.of("value", true));
    call(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", width < 600));
    call("Page.navigate", Map.of("url", html.toUri().toString()));
    while (events.stream().noneMatch(event -> is(event, "Page.loadEventFired"))) {
      events.add(next());
    }
  }

  private static boolean is(JsonNode event, String method) {
    return event.path("method").asText().equals(method);
  }

  private JsonNode next() throws InterruptedException {
    JsonNode message = messages.poll(SECONDS, TimeUnit.SECONDS);
    if (message == null) {
      throw new AssertionError("the browser says nothing for " + SECONDS + " s");
    }
    return message;
  }

  private JsonNode call(String method, Map<String, ?> parameters)
      throws IOException, InterruptedException {
    int id = ++calls;
    socket
        .sendText(
            JSON.writeValueAsString(Map.of("id", id, "method", method, "params", parameters)), true)
        .join();
    while (true) {
      JsonNode message = next();
      if (message.path("id").asInt() == id) {
        if (message.has("error")) {
          throw new AssertionError(method + ": " + message);
        }
        return message.path("result");
      }
      events.add(message);
    }
  }

  /** The value of an expression of JavaScript, which the browser evaluates beside the page. */
  public JsonNode evaluate(String expression) throws IOException, InterruptedException {
    JsonNode result =
        call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
    if (result.has("exceptionDetails")) {
      throw new AssertionError(expression + ": " + result);
    }
    return result.path("result").path("value");
  }

  /** Presses a key, such as Tab or Enter. */
  public void press(String key) throws IOException, InterruptedException {
    Map<String, Integer> codes = Map.of("Tab", 9, "Enter", 13);
    Map<String, Object> event =
        Map.of("key", key, "code", key, "windowsVirtualKeyCode", codes.get(key));
    for (String type : List.of("keyDown", "keyUp")) {
      var parameters = new HashMap<>(event);
      parameters.put("type", type);
      if (key.equals("Enter") && type.equals("keyDown")) {
        parameters.put("text", "\r");
      }
      call("Input.dispatchKeyEvent", parameters);
    }
  }

  /** What the console shows, in its own words, and what the page has asked for from elsewhere. */
  public List<String> complaints() {
    List<String> complaints = new ArrayList<>();
    for (JsonNode event : events) {
      if (is(event, "Runtime.exceptionThrown")
          || is(event, "Runtime.consoleAPICalled")
          || is(event, "Log.entryAdded")) {
        complaints.add(event.toString());
      }
      String url = event.path("params").path("request").path("url").asText();
      if (is(event, "Network.requestWillBeSent") && !url.matches("(?s)(file|data):.*")) {
        complaints.add("asks for " + url);
      }
    }
    return complaints;
  }

  /** The whole page as a PNG file. */
  public void screenshot(Path file) throws IOException, InterruptedException {
    JsonNode picture =
        call(
            "Page.captureScreenshot",
            Map.of("format", "png", "captureBeyondViewport", true, "clip", size()));
    Files.createDirectories(file.getParent());
    Files.write(file, Base64.getDecoder().decode(picture.path("data").asText()));
  }

  private Map<String, Integer> size() throws IOException, InterruptedException {
    JsonNode size = call("Page.getLayoutMetrics", Map.of()).path("cssContentSize");
    return Map.of(
        "x",
        0,
        "y",
        0,
        "width",
        size.path("width").asInt(),
        "height",
        size.path("height").asInt(),
        "scale",
        1);
  }

  @Override
  public void close() {
    socket.abort();
  }
}
