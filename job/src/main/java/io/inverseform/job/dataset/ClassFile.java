package io.inverseform.job.dataset;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.ClassCatalogue.LabelClass;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The catalogue's file form, in YAML or JSON: a list {@code classes} of {@code index}, {@code
 * name}, {@code rgb}, {@code ignored}. Without {@code source_ids} a class's index is also its id in
 * label files.
 */
public final class ClassFile {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectMapper YAML = new YAMLMapper();

  private ClassFile() {}

  /** What the file holds; the order of the list is free. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Document(List<Entry> classes) {
    static Document of(ClassCatalogue catalogue) {
      List<Entry> entries = new ArrayList<>();
      for (LabelClass labelClass : catalogue.classes()) {
        int rgb = labelClass.rgb();
        List<Integer> channels = List.of(rgb >> 16 & 0xFF, rgb >> 8 & 0xFF, rgb & 0xFF);
        entries.add(
            new Entry(entries.size(), labelClass.name(), channels, false, labelClass.sourceIds()));
      }
      entries.add(new Entry(255, "ignored", List.of(0, 0, 0), true, catalogue.ignoredIds()));
      return new Document(entries);
    }

    ClassCatalogue catalogue() {
      if (classes == null) {
        throw new IllegalArgumentException("it has no list 'classes'");
      }
      List<LabelClass> learned = new ArrayList<>();
      List<Integer> ignored = new ArrayList<>();
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
          List<Integer> sourceIds) {
    private List<Integer> ids() {
      return sourceIds == null ? List.of(index) : sourceIds;
    }

    private LabelClass labelClass() {
      if (name == null || rgb == null || rgb.size() != 3) {
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
      return new LabelClass(name, colour, ids());
    }
  }

  /**
   * Reads a class file.
   *
   * @throws IOException if it is not there or not valid
   */
  public static ClassCatalogue read(FileSystem fileSystem, Path file) throws IOException {
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
      return parse(text, file.getName());
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
  static ClassCatalogue parse(byte[] text, String name) throws IOException {
    ObjectMapper mapper = name.matches(".*\\.ya?ml") ? YAML : JSON;
    return mapper.readValue(text, Document.class).catalogue();
  }
}
