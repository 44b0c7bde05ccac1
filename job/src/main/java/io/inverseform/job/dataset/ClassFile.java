package io.inverseform.job.dataset;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.inverseform.job.config.DataConfig;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.ClassCatalogue.LabelClass;
import io.inverseform.udf.label.LabelMap;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The catalogue's file form, in YAML or JSON: a list {@code classes} of {@code index}, {@code
 * name}, {@code rgb}, {@code ignored}. Without {@code source_ids} a class's index is also its id in
 * label files; where these have colours, without {@code source_rgb} the class's own colour. With
 * {@code unlisted: ignored} all other ids or colours are ignored, otherwise they are refused.
 */
public final class ClassFile {
  private static final String IGNORED = "ignored";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectMapper YAML = new YAMLMapper();

  private ClassFile() {}

  /** What the file holds; the order of the list is free. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Document(List<Entry> classes, @JsonInclude(JsonInclude.Include.NON_NULL) String unlisted) {
    static Document of(ClassCatalogue catalogue) {
      List<Entry> entries = new ArrayList<>();
      for (LabelClass labelClass : catalogue.classes()) {
        int rgb = labelClass.rgb();
        List<Integer> channels = List.of(rgb >> 16 & 0xFF, rgb >> 8 & 0xFF, rgb & 0xFF);
        entries.add(
            new Entry(
                entries.size(), labelClass.name(), channels, false, labelClass.sourceIds(), null));
      }
      entries.add(new Entry(255, "ignored", List.of(0, 0, 0), true, catalogue.ignoredIds(), null));
      return new Document(entries, null);
    }

    private void check() {
      if (classes == null) {
        throw new IllegalArgumentException("it has no list 'classes'");
      }
      if (unlisted != null && !unlisted.equals(IGNORED)) {
        throw new IllegalArgumentException(
            "'unlisted' must be ignored, or left out, is " + unlisted);
      }
    }

    /** Of label files in colours: every colour is an id of its own. */
    LabelFiles colours() {
      check();
      Map<Integer, Integer> ids = new HashMap<>();
      List<Entry> entries = new ArrayList<>();
      for (Entry entry : classes) {
        List<Integer> own = new ArrayList<>();
        for (List<Integer> rgb : entry.colours()) {
          Integer earlier = ids.put(entry.colour(rgb), ids.size());
          if (earlier != null) {
            throw new IllegalArgumentException("colour " + rgb + " occurs twice");
          }
          own.add(ids.size() - 1);
        }
        entries.add(
            new Entry(entry.index(), entry.name(), entry.rgb(), entry.ignored(), own, null));
      }
      return new LabelFiles(
          new Document(entries, null).catalogue(), new LabelColours(ids, unlisted != null));
    }

    ClassCatalogue catalogue() {
      check();
      List<LabelClass> learned = new ArrayList<>();
      List<Integer> ignored = new ArrayList<>();
      Set<Integer> listed = new HashSet<>();
      classes.forEach(entry -> listed.addAll(entry.ids()));
      for (int id = 0; unlisted != null && id < LabelMap.IGNORE; id++) {
        if (!listed.contains(id)) {
          ignored.add(id);
        }
      }
      classes.stream()
          .sorted(Comparator.comparingInt(Entry::index))
          .forEach(
              entry -> {
                if (entry.ignored()) {
                  entry.ids().stream().filter(id -> id != 255).forEach(ignored::add);
                } else {
                  learned.add(entry.labelClass());
                }
              });
      return new ClassCatalogue(learned, ignored);
    }
  }

  /** A class, or ids that are ignored. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Entry(
      int index,
      String name,
      List<Integer> rgb,
      boolean ignored,
      @JsonProperty("source_ids") @JsonInclude(JsonInclude.Include.NON_NULL)
          List<Integer> sourceIds,
      @JsonProperty("source_rgb") @JsonInclude(JsonInclude.Include.NON_NULL)
          List<List<Integer>> sourceRgb) {
    private List<Integer> ids() {
      return sourceIds == null ? List.of(index) : sourceIds;
    }

    private LabelClass labelClass() {
      if (name == null) {
        throw new IllegalArgumentException("class " + index + " needs a name and three rgb values");
      }
      return new LabelClass(name, colour(rgb), ids());
    }

    private List<List<Integer>> colours() {
      if (sourceRgb != null) {
        return sourceRgb;
      }
      return rgb == null && ignored ? List.of() : List.of(rgb == null ? List.of() : rgb);
    }

    private int colour(List<Integer> rgb) {
      if (rgb == null || rgb.size() != 3) {
        throw new IllegalArgumentException("class " + index + " needs a name and three rgb values");
      }
      int colour = 0;
      for (int value : rgb) {
        if (value < 0 || value > 255) {
          throw new IllegalArgumentException(
              "class " + index + " has the rgb value " + value + ", not in 0..255");
        }
        colour = colour << 8 | value;
      }
      return colour;
    }
  }

  /**
   * Reads a class file.
   *
   * @throws IOException if it is not there or not valid
   */
  public static ClassCatalogue read(FileSystem fileSystem, Path file) throws IOException {
    return read(fileSystem, file, DataConfig.Labels.IDS).catalogue();
  }

  /** Reads a class file for label files of a kind. */
  static LabelFiles read(FileSystem fileSystem, Path file, DataConfig.Labels labels)
      throws IOException {
    byte[] text;
    try (InputStream in = fileSystem.open(file)) {
      text = in.readAllBytes();
    } catch (FileNotFoundException e) {
      throw new FileNotFoundException(
          "no class file "
              + file
              + ": it names the classes of the label maps; data.classes gives its path, or"
              + " 'cityscapes'");
    }
    try {
      return parse(text, file.getName(), labels);
    } catch (JacksonException | IllegalArgumentException e) {
      throw new IOException(file + " is no valid class file: " + e.getMessage(), e);
    }
  }

  /** The text of a class file in JSON: {@link #read} gives an equal catalogue back. */
  public static String json(ClassCatalogue catalogue) {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(Document.of(catalogue));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the classes cannot be written as JSON", e);
    }
  }

  /**
   * Reads the text of a class file.
   *
   * @param name YAML if it ends in {@code .yaml} or {@code .yml}, JSON otherwise
   */
  static LabelFiles parse(byte[] text, String name, DataConfig.Labels labels) throws IOException {
    ObjectMapper mapper = name.matches(".*\\.ya?ml") ? YAML : JSON;
    Document document = mapper.readValue(text, Document.class);
    return labels == DataConfig.Labels.COLOURS
        ? document.colours()
        : new LabelFiles(document.catalogue(), null);
  }
}
