package io.inverseform.job.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.inverseform.job.Chromium;
import io.inverseform.job.ChromiumPage;
import io.inverseform.job.ReadablePage;
import io.inverseform.job.train.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a long run of nineteen classes beside another one, in a real browser. */
@Tag("browser")
class ReportTest {
  private static final String NAME = "ocrnet_hr48_inverseform_4x2_160k_cityscapes_512x1024-again";
  private static final String MISSING = "there is no chromium; Debian has a package of that name";

  @TempDir private static Path folder;
  private static Chromium browser;
  private static ReportedRun before;
  private static ReportedRun run;
  private static Path page;

  @BeforeAll
  static void write() throws Exception {
    before =
        new ReportedRun(folder.resolve("before"), 1)
            .trained("optimizer.rule.momentum=0.8")
            .scored(0.4);
    run = new ReportedRun(folder.resolve(NAME), 2).trained().scored(0.2);
    new Environment(
            "train",
            Map.of("command", "submit.sh train --config configs/a.yaml", "driver", "Linux amd64"),
            Map.of(
                "spark.app.name",
                "inverseform train",
                "spark.jars",
                "/a/very/long.jar,".repeat(30)))
        .write(run.run());
    page = local(Report.write(run.run()));
    if (Chromium.isInstalled()) {
      browser = new Chromium(folder);
    }
  }

  @AfterAll
  static void close() throws Exception {
    if (browser != null) {
      browser.close();
    }
  }

  private static Path local(org.apache.hadoop.fs.Path file) {
    return Path.of(file.toUri().getPath());
  }

  @Test
  void itReadsWellOnAPhoneAndAWideScreenInTheLightAndInTheDark() throws Exception {
    assumeTrue(browser != null, MISSING);
    ReadablePage.require(browser, page, "report");
  }

  @Test
  void twoRunsSideBySideReadWellToo() throws Exception {
    assumeTrue(browser != null, MISSING);
    Path both = folder.resolve("both.html");
    Report.compare(before.run(), run.run(), new org.apache.hadoop.fs.Path(both.toUri()));
    ReadablePage.require(browser, both, "compare");
    try (ChromiumPage read = browser.open(both, 1440, false)) {
      assertThat(read.evaluate("document.querySelector('h1').textContent").asText())
          .isEqualTo("before and " + NAME);
      // Curves of both in one picture, each with its last value.
      assertThat(read.evaluate("document.querySelectorAll('.chart .last .run1').length").asInt())
          .isEqualTo(
              read.evaluate("document.querySelectorAll('.chart .last .run0').length").asInt())
          .isGreaterThan(6);
      assertThat(texts(read, "#configuration ~ table tbody tr"))
          .contains("optimizer.rule.momentum0.80.9");
    }
  }

  @Test
  void itCanBeReadByKeyboard() throws Exception {
    assumeTrue(browser != null, MISSING);
    try (ChromiumPage read = browser.open(page, 390, false)) {
      List<String> order = new ArrayList<>();
      int links = read.evaluate("document.querySelectorAll('a, summary').length").asInt();
      for (int i = 0; i < links; i++) {
        read.press("Tab");
        order.add(read.evaluate("document.activeElement.textContent").asText());
        assertThat(read.evaluate("getComputedStyle(document.activeElement).outlineStyle").asText())
            .as("what shows the focus on " + order.get(i))
            .isEqualTo("solid");
      }
      assertThat(order)
          .isEqualTo(texts(read, "a, summary"))
          .startsWith("Skip to the content", "Summary", "Curves", "Throughput", "Scores, val")
          .anyMatch(text -> text.startsWith("All ") && text.endsWith("keys, " + NAME));
    }
  }

  @Test
  void theSkipLinkLeadsPastTheListOfSections() throws Exception {
    assumeTrue(browser != null, MISSING);
    try (ChromiumPage read = browser.open(page, 390, false)) {
      read.press("Tab");
      assertThat(read.evaluate("document.activeElement.getBoundingClientRect().top").asInt())
          .isGreaterThanOrEqualTo(0);
      read.press("Enter");
      assertThat(read.evaluate("document.activeElement.id").asText()).isEqualTo("content");
      read.press("Tab");
      assertThat(read.evaluate("document.activeElement.tagName").asText()).isEqualTo("SUMMARY");
      read.press("Enter");
      assertThat(read.evaluate("document.activeElement.parentElement.open").asBoolean()).isTrue();
    }
  }

  private static List<String> texts(ChromiumPage page, String selector) throws Exception {
    List<String> texts = new ArrayList<>();
    page.evaluate(
            "[...document.querySelectorAll('%s')].map(e => e.textContent)".formatted(selector))
        .forEach(text -> texts.add(text.asText()));
    return texts;
  }

  @Test
  void scoresStandBesideThoseOfTheRunBeforeWithSignedDifferences() throws Exception {
    String html = Files.readString(page);
    double own = RunRecord.read(run.run()).scores().get("val").meanIou();
    double other = RunRecord.read(before.run()).scores().get("val").meanIou();
    assertThat(own).isGreaterThan(other);
    assertThat(html)
        .contains("Previous run on split val: before,")
        .contains(
            "<th scope=\"row\">mean IoU</th><td class=\"number other\">%s</td><td class=\"number\">%s</td><td class=\"number better\">%s</td>"
                .formatted(
                    Figures.score(other), Figures.score(own), Figures.difference(own - other)));
  }

  @Test
  void everyTermHasItsCurveAndEveryPictureItsViews() throws Exception {
    String html = Files.readString(page);
    for (String title :
        List.of(
            "loss, total",
            "loss, segmentation",
            "loss, boundary",
            "loss, edge attention",
            "loss, inverse form",
            "validation, mean IoU",
            "validation, accuracy",
            "learning rate",
            "images a second, all workers")) {
      assertThat(html).contains("<figcaption><span>" + title + "</span>");
    }
    assertThat(html).contains(NAME + " left a step out, since a gradient was not finite.");
    for (String place : List.of("worst", "median", "best")) {
      for (String view :
          List.of(
              "image",
              "true labels",
              "predicted labels",
              "errors",
              "true edges",
              "predicted edges",
              "attention to scale 0.5")) {
        assertThat(html).contains("alt=\"%s of the %s picture, frankfurt/".formatted(view, place));
      }
    }
  }

  @Test
  void aTrainingThatGoesOnMakesScoresOldAndThePageSaysSo(@TempDir Path other) throws Exception {
    ReportedRun old = new ReportedRun(other.resolve("run"), 3).trained().scored(0.1);
    Files.setLastModifiedTime(
        other.resolve("run/model.safetensors"), FileTime.from(Instant.now().plusSeconds(60)));
    assertThat(Files.readString(local(Report.write(old.run()))))
        .contains(
            "The scores of split val in run are those of an earlier model: run evaluate again.")
        .doesNotContain("id=\"scores-val\"");
  }

  @Test
  void aRunThatWasOnlyTrainedOrOnlyScoredHasAPage(@TempDir Path other) throws Exception {
    String trained =
        Files.readString(
            local(Report.write(new ReportedRun(other.resolve("a/run"), 4).trained().run())));
    assertThat(trained).contains("id=\"curves\"").doesNotContain("id=\"scores", "Previous run");
    String scored =
        Files.readString(
            local(Report.write(new ReportedRun(other.resolve("b/run"), 5).scored(0.1).run())));
    assertThat(scored).contains("id=\"scores-val\"").doesNotContain("id=\"curves\"");
  }

  @Test
  void namesAreNoMarkup(@TempDir Path other) throws Exception {
    Path folder = other.resolve("<script>alert(1)<script>&\"");
    assertThat(Files.readString(local(Report.write(new ReportedRun(folder, 6).trained().run()))))
        .contains("<h1>&lt;script&gt;alert(1)&lt;script&gt;&amp;&quot;</h1>")
        .doesNotContain("<script>");
  }

  @Test
  void runsOfOneNameAreToldApartByTheFolderAbove(@TempDir Path other) throws Exception {
    RunFolder a = new ReportedRun(other.resolve("a/run"), 7).trained().run();
    RunFolder b = new ReportedRun(other.resolve("b/run"), 8).trained().run();
    Path both = other.resolve("both.html");
    Report.compare(a, b, new org.apache.hadoop.fs.Path(both.toUri()));
    assertThat(Files.readString(both)).contains("<h1>a/run and b/run</h1>");
  }

  @Test
  void scoresOfAnEarlierVersionAreRefusedAndAsPreviousOnesLeftOut(@TempDir Path other)
      throws Exception {
    RunFolder old = new RunFolder(other.resolve("old").toString(), new Configuration());
    old.write(old.scores("val"), "{\"mean_iou\": 0.5}");
    assertThatThrownBy(() -> Report.write(old))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("/old/scores-val.json: no scores as evaluate writes them")
        .hasMessageEndingWith(": run evaluate again");
    ReportedRun next = new ReportedRun(other.resolve("next"), 9).scored(0.1);
    assertThat(Files.readString(local(Report.write(next.run())))).doesNotContain("Previous run");
  }
}
