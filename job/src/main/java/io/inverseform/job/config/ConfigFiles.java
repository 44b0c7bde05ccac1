package io.inverseform.job.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads a file and, before it, the files that its {@code _base_} names, into a tree. */
final class ConfigFiles {
  private static final String BASE = "_base_";

  /** Where files come from. */
  private interface Source {
    InputStream open(Path file) throws IOException;
  }

  private final Source source;
  private final ConfigTree tree;

  private ConfigFiles(Source source, ConfigTree tree) {
    this.source = source;
    this.tree = tree;
  }

  /** Files of the local file system. */
  static ConfigFiles local(ConfigTree tree) {
    return new ConfigFiles(Files::newInputStream, tree);
  }

  /** Files within the job's own jar. */
  static ConfigFiles embedded(ConfigTree tree) {
    return new ConfigFiles(ConfigFiles::openResource, tree);
  }

  private static InputStream openResource(Path file) throws IOException {
    String name = file.toString().replace('\\', '/');
    InputStream in = ConfigFiles.class.getClassLoader().getResourceAsStream(name);
    if (in == null) {
      throw new NoSuchFileException(name);
    }
    return in;
  }

  void read(Path file) {
    read(file.normalize(), new ArrayList<>());
  }

  private void read(Path file, List<Path> readers) {
    if (readers.contains(file)) {
      throw new ConfigException(
          "%s: '%s' goes round in a circle: %s"
              .formatted(readers.get(readers.size() - 1), BASE, circle(file, readers)));
    }
    ObjectNode layer = map(ConfigYaml.parse(text(file, readers), file.toString()), file.toString());
    JsonNode bases = layer.remove(BASE);
    readers.add(file);
    for (String base : names(bases, file)) {
      read(file.resolveSibling(base).normalize(), readers);
    }
    readers.remove(file);
    tree.merge(layer, file.toString());
  }

  private String text(Path file, List<Path> readers) {
    try (InputStream in = source.open(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      String reader =
          readers.isEmpty() ? "" : ", which '%s' of %s names".formatted(BASE, last(readers));
      throw new ConfigException("%s: no such file%s".formatted(file, reader), e);
    } catch (IOException e) {
      throw new ConfigException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static List<String> names(JsonNode bases, Path file) {
    if (bases == null) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    for (JsonNode name : bases.isArray() ? bases : List.of(bases)) {
      if (!name.isTextual()) {
        throw new ConfigException(
            "%s: '%s' must be a file name or a list of them, is %s".formatted(file, BASE, bases));
      }
      names.add(name.textValue());
    }
    return names;
  }

  private static Path last(List<Path> readers) {
    return readers.get(readers.size() - 1);
  }

  private static String circle(Path file, List<Path> readers) {
    List<String> names = new ArrayList<>();
    readers.subList(readers.indexOf(file), readers.size()).forEach(p -> names.add(p.toString()));
    names.add(file.toString());
    return String.join(" -> ", names);
  }

  /** The document's map; an empty document is an empty map. */
  static ObjectNode map(JsonNode document, String origin) {
    if (document.isMissingNode() || document.isNull()) {
      return ConfigYaml.MAPPER.createObjectNode();
    }
    if (document instanceof ObjectNode map) {
      return map;
    }
    throw new ConfigException(
        "%s: must hold keys and values, is %s".formatted(origin, ConfigBinder.shown(document)));
  }
}
