package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.inverseform.job.SubmitScript;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/cluster.md quotes messages, keys and figures that there are. */
class ClusterPageTest {
  private static final Path SOURCES = SubmitScript.ROOT.resolve("job/src/main/java");
  private static final Pattern COSTS = Pattern.compile("```\n\\./submit\\.sh (bench cost.*?)\n```");

  private static String page() throws IOException {
    return Files.readString(SubmitScript.ROOT.resolve("docs/cluster.md"));
  }

  private static String execute(String arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode = Main.execute(new PrintWriter(out), new PrintWriter(err), arguments.split(" "));
    assertThat(exitCode).as(err.toString()).isZero();
    return out.toString();
  }

  @Test
  void itsTablesAreWhatTheCommandsPrint() throws IOException {
    String page = page();
    List<String> commands = COSTS.matcher(page).results().map(found -> found.group(1)).toList();
    assertThat(commands).hasSizeGreaterThan(1);
    assertThat(commands)
        .allSatisfy(
            command ->
                assertThat(page)
                    .contains("./submit.sh " + command + "\n```\n\n" + execute(command)));
  }

  @Test
  void aLineOfJsonIsARow() throws IOException {
    List<String> lines = execute("bench cost --json --gbit 25 --round-trip 0.1").lines().toList();
    JsonNode two = new ObjectMapper().readTree(lines.get(1));
    assertThat(two.get("executors").asInt()).isEqualTo(2);
    assertThat(two.get("bytes_each_way").asLong()).isEqualTo(4L * 70_894_472);
    assertThat(two.get("exchange_s").asDouble()).isBetween(0.1, 1.0);
    JsonNode nccl = new ObjectMapper().readTree(lines.get(lines.size() - 1));
    assertThat(nccl.get("executors_beyond").asInt()).isGreaterThan(8);
    assertThat(lines).hasSize(10);
  }

  /** A quoted message has an ellipsis where values stand. */
  @Test
  void itsMessagesAreThoseOfTheSources() throws IOException {
    List<String> sources = sources();
    List<String> messages =
        page()
            .lines()
            .dropWhile(line -> !line.startsWith("| message"))
            .skip(2)
            .takeWhile(line -> line.startsWith("| `"))
            .map(line -> line.split("`")[1])
            .toList();
    assertThat(messages).hasSizeGreaterThan(15);
    assertThat(messages)
        .allSatisfy(
            message -> {
              Pattern pattern =
                  Pattern.compile(
                      Arrays.stream(message.strip().split(" ?… ?"))
                          .filter(part -> !part.isEmpty())
                          .map(Pattern::quote)
                          .collect(Collectors.joining(".{1,80}?")));
              assertThat(sources).anyMatch(source -> pattern.matcher(source).find());
            });
  }

  /** Sources whose texts are in one piece, whatever lines they are broken into. */
  private static List<String> sources() throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      List<Path> java = files.filter(file -> file.toString().endsWith(".java")).toList();
      List<String> sources = new ArrayList<>();
      for (Path file : java) {
        sources.add(
            Files.readString(file).replaceAll("\"\\s*\\+\\s*\"", "").replaceAll("\\s+", " "));
      }
      return sources;
    }
  }

  @Test
  void itsKeysAreThoseOfTheConfiguration() throws IOException {
    List<String> keys =
        Pattern.compile("`(train|model|augment|optimizer)\\.([a-z_.]+)[`=:]")
            .matcher(page())
            .results()
            .map(found -> found.group(1) + "." + found.group(2))
            .distinct()
            .toList();
    assertThat(keys).hasSizeGreaterThan(5);
    JsonNode tree = new YAMLMapper().readTree(execute("config"));
    assertThat(keys)
        .allSatisfy(
            key ->
                assertThat(tree.at("/" + key.replace('.', '/')).isMissingNode()).as(key).isFalse());
  }
}
