package io.inverseform.job.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Turns a merged tree into records, and Jackson's complaints into one line with the key's path. */
final class ConfigBinder {
  private final ConfigTree tree;
  private final String name;

  /**
   * @param name of the configuration, for errors that no layer is the cause of
   */
  ConfigBinder(ConfigTree tree, String name) {
    this.tree = tree;
    this.name = name;
  }

  JobConfig bind() {
    TermDefaults.fill(tree.root());
    RuleDefaults.fill(tree.root());
    try {
      return ConfigYaml.MAPPER.treeToValue(tree.root(), JobConfig.class);
    } catch (JsonMappingException e) {
      throw explain(e);
    } catch (JacksonException e) {
      throw new ConfigException("%s: %s".formatted(name, e.getOriginalMessage()), e);
    }
  }

  private ConfigException explain(JsonMappingException e) {
    String path = path(e.getPath());
    if (e instanceof UnrecognizedPropertyException unknown) {
      if (KnownKeys.isKnown(path)) {
        return at(path, "key '%s' is for another 'type' beside it".formatted(path), e);
      }
      List<String> siblings = unknown.getKnownPropertyIds().stream().map(Object::toString).toList();
      return at(
          path,
          "unknown key '%s'; did you mean '%s'?".formatted(path, KnownKeys.nearest(path, siblings)),
          e);
    }
    if (e instanceof InvalidTypeIdException type) {
      return explainType(path, type);
    }
    if (e instanceof ValueInstantiationException
        && e.getCause() instanceof ConfigException illegal) {
      String key = path.isEmpty() ? illegal.key() : path + "." + illegal.key();
      return at(key, "'%s' %s".formatted(key, illegal.problem()), e);
    }
    JsonNode node = tree.at(path);
    if (node == null || node.isNull()) {
      return new ConfigException(
          "%s: missing key '%s'; give it there, in a file of '_base_' or with --set"
              .formatted(name, path),
          e);
    }
    return at(path, "'%s' must be %s, is %s".formatted(path, legal(expected(e)), shown(node)), e);
  }

  private ConfigException explainType(String path, InvalidTypeIdException e) {
    String known =
        Arrays.stream(e.getBaseType().getRawClass().getAnnotation(JsonSubTypes.class).value())
            .map(JsonSubTypes.Type::name)
            .collect(Collectors.joining(", "));
    if (e.getTypeId() == null) {
      return at(path, "missing key '%s.type'; known: %s".formatted(path, known), e);
    }
    return at(
        path, "'%s.type' is unknown: '%s'; known: %s".formatted(path, e.getTypeId(), known), e);
  }

  private ConfigException at(String path, String problem, Throwable cause) {
    String origin = tree.origin(path);
    return new ConfigException((origin == null ? name : origin) + ": " + problem, cause);
  }

  private static JavaType expected(JsonMappingException e) {
    Class<?> type =
        e.getCause() instanceof InputCoercionException tooLarge
            ? tooLarge.getTargetType()
            : ((MismatchedInputException) e).getTargetType();
    return ConfigYaml.MAPPER.constructType(type);
  }

  private static String legal(JavaType type) {
    if (type.isEnumType()) {
      return Arrays.stream(type.getRawClass().getEnumConstants())
          .map(c -> ((Enum<?>) c).name().toLowerCase(Locale.ROOT))
          .collect(Collectors.joining(", ", "one of ", ""));
    }
    if (type.isCollectionLikeType()) {
      return "a list";
    }
    if (type.getRawClass().isRecord() || type.getRawClass().isInterface()) {
      return "a map of keys and values";
    }
    return switch (type.getRawClass().getSimpleName()) {
      case "int", "Integer" -> "a whole number of at most 31 bits";
      case "long", "Long" -> "a whole number of at most 63 bits";
      case "double", "Double" -> "a number";
      case "boolean", "Boolean" -> "true or false";
      default -> "a text (quote numbers)";
    };
  }

  /** A value as an error shows it: short, texts in quotes. */
  static String shown(JsonNode node) {
    String text = node.toString();
    return text.length() <= 60 ? text : text.substring(0, 57) + "...";
  }

  /** Such as {@code loss.terms[0].scope}. */
  private static String path(List<JsonMappingException.Reference> references) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference reference : references) {
      if (reference.getFieldName() == null) {
        path.append('[').append(reference.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(reference.getFieldName());
      }
    }
    return path.toString();
  }
}
