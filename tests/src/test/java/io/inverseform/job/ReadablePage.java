package io.inverseform.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks at a page as its readers do: on a phone and a wide screen, in the light and in the dark.
 */
public final class ReadablePage {
  /** Where the pictures are kept for whoever wants to see for himself. */
  private static final Path PICTURES = Path.of("target", "screenshots");

  private static final List<Integer> WIDTHS = List.of(390, 1440);

  private ReadablePage() {}

  /**
   * Fails where anything is cut off, sticks out, does not load or cannot be told from its
   * background, or the console shows anything.
   *
   * @param name of the pictures that are kept
   */
  public static void require(Chromium browser, Path html, String name)
      throws IOException, InterruptedException {
    for (int width : WIDTHS) {
      for (boolean dark : new boolean[] {false, true}) {
        try (ChromiumPage page = browser.open(html, width, dark)) {
          String look = "%s-%d-%s".formatted(name, width, dark ? "dark" : "light");
          page.screenshot(PICTURES.resolve(look + ".png"));
          List<String> found = new ArrayList<>();
          for (JsonNode problem : page.evaluate(script())) {
            found.add(problem.asText());
          }
          assertThat(found).as(look).isEmpty();
          assertThat(page.complaints()).as("console of " + look).isEmpty();
        }
      }
    }
  }

  private static String script() throws IOException {
    try (InputStream in = ReadablePage.class.getResourceAsStream("readable.js")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
