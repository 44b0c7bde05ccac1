package io.inverseform.job.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.train.RunFolder;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The pictures of a split that a report shows, as a run folder keeps them.
 *
 * @param legend what the colours of labels mean
 */
record ShownPictures(List<Entry> legend, List<Picture> pictures) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A colour, such as {@code #804080}, with its name. */
  record Entry(String name, String colour) {}

  /**
   * A picture.
   *
   * @param place such as "worst"
   * @param scores as text
   */
  record Picture(String place, String sampleId, String scores, List<View> views) {}

  /**
   * One way to see it.
   *
   * @param data address that holds the picture itself
   */
  record View(String name, int width, int height, String data) {}

  /** The rows of a sheet. */
  static ShownPictures of(List<SheetRow> rows, Legend legend) throws IOException {
    List<Picture> pictures = new ArrayList<>();
    for (SheetRow row : rows) {
      List<View> views = new ArrayList<>();
      for (Panel panel : row.panels()) {
        views.add(
            new View(
                panel.name(),
                panel.image().getWidth(),
                panel.image().getHeight(),
                panel.dataAddress()));
      }
      pictures.add(new Picture(row.place(), row.sampleId(), row.scores(), views));
    }
    return new ShownPictures(
        legend.entries().stream()
            .map(entry -> new Entry(entry.name(), "#%06x".formatted(entry.rgb())))
            .toList(),
        pictures);
  }

  void write(RunFolder run, String split) throws IOException {
    run.write(run.pictures(split), JSON.writeValueAsString(this));
  }

  /** Those of a split, if they were drawn. */
  static Optional<ShownPictures> read(RunFolder run, String split) throws IOException {
    if (!run.fileSystem().exists(run.pictures(split))) {
      return Optional.empty();
    }
    try (InputStream in = run.fileSystem().open(run.pictures(split))) {
      return Optional.of(JSON.readValue(in, ShownPictures.class));
    } catch (JsonProcessingException e) {
      throw new IOException(
          run.pictures(split) + " is damaged, run evaluate again: " + e.getOriginalMessage(), e);
    }
  }
}
