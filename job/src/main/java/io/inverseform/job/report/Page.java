package io.inverseform.job.report;

import io.inverseform.job.evaluate.Scores;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The page of a run, or of two side by side. It holds all that it shows, loads nothing and runs no
 * script.
 */
final class Page {
  /** Nothing from elsewhere, and no script, whatever a file that is shown may hold. */
  private static final String POLICY =
      "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

  private final String title;
  private final List<RunRecord> runs;
  private final Map<String, PreviousRun> previous;
  private final List<Section> sections = new ArrayList<>();

  private record Section(String id, String title, Consumer<Html> content) {}

  private Page(String title, List<RunRecord> runs, Map<String, PreviousRun> previous) {
    this.title = title;
    this.runs = runs;
    this.previous = previous;
    section("summary", "Summary", true, new Summary(runs, previous)::draw);
    CurveSection curves = new CurveSection(runs);
    section("curves", "Curves", !curves.isEmpty(), curves::draw);
    ThroughputSection throughput = new ThroughputSection(runs);
    section("throughput", "Throughput", !throughput.isEmpty(), throughput::draw);
    List<String> splits =
        runs.stream().flatMap(run -> run.scores().keySet().stream()).distinct().toList();
    for (String split : splits) {
      section("scores-" + split, "Scores, " + split, true, html -> scores(html, split));
      section("confusion-" + split, "Confusion, " + split, true, html -> confusion(html, split));
      boolean drawn = runs.stream().anyMatch(run -> run.pictures().containsKey(split));
      section("pictures-" + split, "Pictures, " + split, drawn, html -> pictures(html, split));
    }
    boolean configured = runs.stream().anyMatch(run -> !run.configuration().isEmpty());
    section("configuration", "Configuration", configured, this::configuration);
    boolean known = runs.stream().anyMatch(run -> !run.environments().isEmpty());
    section("environment", "Environment", known, this::environment);
  }

  /**
   * A run, its scores beside those of the one before.
   *
   * @param previous by split, where there is one
   */
  static Page of(RunRecord run, Map<String, PreviousRun> previous) {
    return new Page(run.name(), List.of(run), previous);
  }

  /** Two runs; differences are the second minus the first. */
  static Page comparing(RunRecord first, RunRecord second) {
    return new Page(first.name() + " and " + second.name(), List.of(first, second), Map.of());
  }

  private void section(String id, String heading, boolean there, Consumer<Html> content) {
    if (there) {
      sections.add(new Section(id.replaceAll("[^\\w-]", "-"), heading, content));
    }
  }

  /** The page as HTML. */
  String html() throws IOException {
    Html html = new Html();
    html.open("html", "lang", "en").open("head");
    html.empty("meta", "charset", "utf-8");
    html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    html.empty("meta", "name", "color-scheme", "content", "light dark");
    html.empty("meta", "http-equiv", "Content-Security-Policy", "content", POLICY);
    html.empty("link", "rel", "icon", "href", "data:,");
    html.element("title", title + " – InverseForm").style(css()).close();
    html.open("body");
    html.element("a", "Skip to the content", "class", "skip", "href", "#content");
    header(html);
    html.open("main", "id", "content", "tabindex", "-1");
    for (Section section : sections) {
      html.open("section", "aria-labelledby", section.id());
      html.element("h2", section.title(), "id", section.id(), "tabindex", "-1");
      section.content().accept(html);
      html.close();
    }
    return "<!DOCTYPE html>\n" + html.close().close().close();
  }

  private static String css() throws IOException {
    try (InputStream in = Page.class.getResourceAsStream("report.css")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void header(Html html) {
    html.open("header").element("h1", title);
    for (RunRecord run : runs) {
      html.element("p", run.place(), "class", "place");
      for (String split : run.outdated()) {
        html.element(
            "p",
            "The scores of split %s in %s are those of an earlier model: run evaluate again."
                .formatted(split, run.name()),
            "class",
            "note");
      }
    }
    previous.forEach(
        (split, before) ->
            html.element(
                "p",
                "Previous run on split %s: %s, the last one scored beside it."
                    .formatted(split, before.name()),
                "class",
                "note"));
    html.open("nav", "aria-label", "Sections").open("ul");
    for (Section section : sections) {
      html.open("li").element("a", section.title(), "href", "#" + section.id()).close();
    }
    html.close().close().close();
  }

  private Optional<Scores> scores(int run, String split) {
    return Optional.ofNullable(runs.get(run).scores().get(split));
  }

  private void scores(Html html, String split) {
    if (runs.size() == 1) {
      Optional<PreviousRun> before = Optional.ofNullable(previous.get(split));
      scores(0, split)
          .ifPresent(
              own ->
                  new ScoreSection(
                          own,
                          "this run",
                          before.map(PreviousRun::scores),
                          before.map(p -> "previous"))
                      .draw(html));
      return;
    }
    Optional<Scores> first = scores(0, split);
    Optional<Scores> second = scores(1, split);
    if (first.isPresent() && second.isPresent() && sameClasses(first.get(), second.get())) {
      new ScoreSection(second.get(), runs.get(1).name(), first, Optional.of(runs.get(0).name()))
          .draw(html);
      return;
    }
    for (int i = 0; i < runs.size(); i++) {
      String name = runs.get(i).name();
      Optional<Scores> own = scores(i, split);
      html.element("h3", name);
      own.ifPresentOrElse(
          its -> new ScoreSection(its, name, Optional.empty(), Optional.empty()).draw(html),
          () -> html.element("p", "No scores of this split: run evaluate.", "class", "note"));
    }
  }

  private static boolean sameClasses(Scores first, Scores second) {
    return first.classes().stream()
        .map(c -> c.name())
        .toList()
        .equals(second.classes().stream().map(c -> c.name()).toList());
  }

  private void confusion(Html html, String split) {
    for (RunRecord run : runs) {
      Scores own = run.scores().get(split);
      if (own != null) {
        if (runs.size() > 1) {
          html.element("h3", run.name());
        }
        new ConfusionSection(own).draw(html);
      }
    }
  }

  private void pictures(Html html, String split) {
    for (RunRecord run : runs) {
      ShownPictures own = run.pictures().get(split);
      if (own != null) {
        if (runs.size() > 1) {
          html.element("h3", run.name());
        }
        new PictureSection(own, run.name()).draw(html);
      }
    }
  }

  private void configuration(Html html) {
    RunRecord last = runs.get(runs.size() - 1);
    Optional<PreviousRun> before = previous.values().stream().findFirst();
    if (runs.size() > 1) {
      RunRecord first = runs.get(0);
      new ConfigurationSection(
              last.configuration(), last.name(), Optional.of(first.configuration()), first.name())
          .draw(html);
    } else {
      new ConfigurationSection(
              last.configuration(),
              last.name(),
              before.map(PreviousRun::configuration),
              before.map(PreviousRun::name).orElse(""))
          .draw(html);
    }
  }

  private void environment(Html html) {
    for (RunRecord run : runs) {
      if (runs.size() > 1) {
        html.element("h3", run.name());
      }
      for (Environment environment : run.environments()) {
        html.element(runs.size() > 1 ? "h4" : "h3", environment.command());
        ConfigurationSection.table(html, environment.facts());
        html.open("details");
        html.element(
            "summary",
            "Spark, all %d settings, %s"
                .formatted(environment.spark().size(), environment.command()));
        ConfigurationSection.table(html, environment.spark());
        html.close();
      }
    }
  }
}
