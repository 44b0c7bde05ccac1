package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.SubmitScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The README in two languages says the same: what needs no translation is equal, in its order. */
class ReadmeTest {
  private static final String ENGLISH = "README.md";
  private static final String CHINESE = "README.zh-CN.md";
  private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
  private static final Pattern NUMBER = Pattern.compile("(?<![\\w.])\\d+(?:\\.\\d+)*");

  /**
   * A section.
   *
   * @param level of its heading
   * @param blocks of code, without comments
   * @param prose what is neither heading nor block, line by line
   */
  private record Section(int level, List<String> blocks, List<String> prose) {
    String text() {
      return String.join("\n", prose);
    }

    List<String> found(Pattern pattern) {
      return pattern.matcher(text()).results().map(m -> m.group(m.groupCount())).sorted().toList();
    }
  }

  private static List<Section> sections(String file) throws IOException {
    List<Section> sections = new ArrayList<>();
    StringBuilder block = null;
    for (String line : Files.readAllLines(SubmitScript.ROOT.resolve(file))) {
      if (line.startsWith("```")) {
        if (block == null) {
          block = new StringBuilder(line).append('\n');
        } else {
          sections.get(sections.size() - 1).blocks().add(block.toString());
          block = null;
        }
      } else if (block != null) {
        block.append(line.replaceFirst("\\s+# .*", "")).append('\n');
      } else if (line.startsWith("#")) {
        int level = line.length() - line.replaceFirst("^#+", "").length();
        sections.add(new Section(level, new ArrayList<>(), new ArrayList<>()));
      } else {
        sections.get(sections.size() - 1).prose().add(line);
      }
    }
    return sections;
  }

  private interface Part {
    Object of(Section section);
  }

  private static void requireSame(Part part) throws IOException {
    List<Section> english = sections(ENGLISH);
    List<Section> chinese = sections(CHINESE);
    assertThat(chinese).hasSameSizeAs(english);
    for (int i = 0; i < english.size(); i++) {
      assertThat(part.of(chinese.get(i)))
          .as("section %d, '%s'", i, english.get(i).prose())
          .isEqualTo(part.of(english.get(i)));
    }
  }

  @Test
  void headingsHaveTheSameLevelsInTheSameOrder() throws IOException {
    requireSame(Section::level);
  }

  @Test
  void commandsAndOtherBlocksAreTheSameButForTheirComments() throws IOException {
    requireSame(Section::blocks);
  }

  @Test
  void whatIsQuotedAsCodeIsTheSameInEverySection() throws IOException {
    requireSame(section -> section.found(CODE));
  }

  @Test
  void linksLeadToTheSamePlaces() throws IOException {
    // The switch between the languages, and headings, whose anchors are in their language.
    requireSame(
        section ->
            section.found(LINK).stream()
                .filter(link -> !link.startsWith("README") && !link.startsWith("#"))
                .toList());
  }

  @Test
  void tablesHaveTheSameRowsAndListsTheSameItems() throws IOException {
    requireSame(
        section ->
            section.prose().stream()
                .filter(line -> line.matches("(\\||- |\\d+\\. ).*"))
                .map(
                    line ->
                        line.startsWith("|")
                            ? "|".repeat(line.split("\\|").length)
                            : line.substring(0, 2))
                .toList());
  }

  @Test
  void figuresInTablesAreTheSame() throws IOException {
    requireSame(
        section ->
            section.prose().stream()
                .filter(line -> line.startsWith("|"))
                .map(line -> NUMBER.matcher(line).results().map(m -> m.group()).toList())
                .toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {ENGLISH, CHINESE})
  void eachLeadsToTheOtherAndNoLinkLeadsNowhere(String file) throws IOException {
    String text = Files.readString(SubmitScript.ROOT.resolve(file));
    assertThat(text).contains("](" + (file.equals(ENGLISH) ? CHINESE : ENGLISH) + ")");
    List<String> anchors =
        text.lines()
            .filter(line -> line.startsWith("#"))
            .map(line -> line.replaceFirst("^#+ ", "").toLowerCase().replace(' ', '-'))
            .toList();
    LINK.matcher(text)
        .results()
        .map(link -> link.group(1))
        .filter(link -> !link.matches("[a-z]+:.*"))
        .forEach(
            link -> {
              if (link.startsWith("#")) {
                assertThat(anchors).contains(link.substring(1));
              } else {
                Path target = SubmitScript.ROOT.resolve(link.replaceFirst("#.*", ""));
                assertThat(target).exists();
              }
            });
  }
}
