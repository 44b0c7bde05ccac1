package io.inverseform.job.dataset;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.ClassCatalogue.LabelClass;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The catalogue's file form, {@code classes.json}: a list of {@code index}, {@code name}, {@code
 * rgb}, {@code ignored}. Without {@code source_ids} a class's index is also its id in label files.
 */
final class CatalogueJson {
  static final String FILE = "classes.json";

  private static final ObjectMapper JSON =
      new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);

  private record Entry(
      int index,
      String name,
      List<Integer> rgb,
      boolean ignored,
      @JsonProperty("source_ids") @JsonInclude(JsonInclude.Include.NON_NULL)
          List<Integer> sourceIds) {
    List<Integer> ids() {
      return sourceIds == null ? List.of(index) : sourceIds;
    }
  }

  private record Document(
      @JsonProperty("num_classes") int numClasses,
      @JsonProperty("ignore_index") int ignoreIndex,
      List<Entry> classes) {}

  private CatalogueJson() {}

  static ClassCatalogue read(FileSystem fileSystem, Path file) throws IOException {
    byte[] json;
    try (InputStream in = fileSystem.open(file)) {
      json = in.readAllBytes();
    }
    try {
      return parse(json);
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new IOException(file + " is no valid class file: " + e.getMessage(), e);
    }
  }

  static void write(FileSystem fileSystem, Path file, ClassCatalogue catalogue) throws IOException {
    try (OutputStream out = fileSystem.create(file, false)) {
      out.write(format(catalogue));
    }
  }

  static ClassCatalogue parse(byte[] json) throws IOException {
    Document document = JSON.readValue(json, Document.class);
    if (document.classes() == null) {
      throw new IllegalArgumentException("it has no list 'classes'");
    }
    List<LabelClass> classes = new ArrayList<>();
    List<Integer> ignored = new ArrayList<>();
    document.classes().stream()
        .sorted(Comparator.comparingInt(Entry::index))
        .forEach(
            entry -> {
              if (entry.ignored()) {
                entry.ids().stream().filter(id -> id != 255).forEach(ignored::add);
              } else {
                classes.add(labelClass(entry));
              }
            });
    return new ClassCatalogue(classes, ignored);
  }

  private static LabelClass labelClass(Entry entry) {
    if (entry.name() == null || entry.rgb() == null || entry.rgb().size() != 3) {
      throw new IllegalArgumentException(
          "class " + entry.index() + " needs a name and three rgb values");
    }
    int rgb = 0;
    for (int value : entry.rgb()) {
      if (value < 0 || value > 255) {
        throw new IllegalArgumentException(
            "class " + entry.index() + " has the rgb value " + value + ", not in 0..255");
      }
      rgb = rgb << 8 | value;
    }
    return new LabelClass(entry.name(), rgb, entry.ids());
  }

  static byte[] format(ClassCatalogue catalogue) throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (LabelClass labelClass : catalogue.classes()) {
      int rgb = labelClass.rgb();
      List<Integer> channels = List.of(rgb >> 16 & 0xFF, rgb >> 8 & 0xFF, rgb & 0xFF);
      entries.add(
          new Entry(entries.size(), labelClass.name(), channels, false, labelClass.sourceIds()));
    }
    entries.add(new Entry(255, "ignored", List.of(0, 0, 0), true, catalogue.ignoredIds()));
    Document document = new Document(catalogue.size(), 255, entries);
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(document);
  }
}
