package io.inverseform.job.config;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.Locale;
import java.util.stream.Collectors;

/** A configuration as YAML text: snake_case keys, nothing coerced, nothing ignored. */
public final class ConfigYaml {
  /** Spark property with the effective configuration of a command that runs. */
  public static final String SPARK_PROPERTY = "spark.inverseform.configuration";

  static final ObjectMapper MAPPER = mapper();

  private ConfigYaml() {}

  /** The whole configuration as YAML: {@link #read} gives an equal one back. */
  public static String write(JobConfig config) {
    return text(config);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param origin named in errors, such as the file
   * @throws ConfigException where the text is not a whole and legal configuration
   */
  public static JobConfig read(String yaml, String origin) {
    ConfigTree tree = new ConfigTree();
    tree.merge(ConfigFiles.map(parse(yaml, origin), origin), origin);
    return new ConfigBinder(tree, origin).bind();
  }

  /** A network's configuration as YAML: {@link #readNetwork} gives an equal one back. */
  public static String write(InverseNetworkConfig network) {
    return text(network);
  }

  /**
   * Reads a network's configuration.
   *
   * @param origin named in errors, such as the file
   * @throws ConfigException where the text is none
   */
  public static InverseNetworkConfig readNetwork(String yaml, String origin) {
    try {
      return MAPPER.readValue(yaml, InverseNetworkConfig.class);
    } catch (JacksonException e) {
      throw new ConfigException(
          "%s: no inverse-transform network: %s".formatted(origin, e.getOriginalMessage()), e);
    }
  }

  /** What inference needs as YAML: {@link #readInference} gives an equal one back. */
  public static String write(InferenceConfig inference) {
    return text(inference);
  }

  /**
   * Reads what inference needs.
   *
   * @param origin named in errors, such as the file
   * @throws ConfigException where the text is no such configuration
   */
  public static InferenceConfig readInference(String yaml, String origin) {
    try {
      return MAPPER.readValue(yaml, InferenceConfig.class);
    } catch (JacksonException e) {
      throw new ConfigException(
          "%s: no configuration of a trained network: %s".formatted(origin, e.getOriginalMessage()),
          e);
    }
  }

  private static String text(Object config) {
    try {
      return MAPPER.writeValueAsString(config);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("The configuration cannot be written as YAML", e);
    }
  }

  /** One YAML document; a missing node where the text is empty. */
  static JsonNode parse(String yaml, String origin) {
    try {
      return MAPPER.readTree(yaml);
    } catch (JacksonException e) {
      String line = e.getLocation() == null ? "" : " line " + e.getLocation().getLineNr() + ":";
      // The indented lines show the place in the text.
      String problem =
          e.getOriginalMessage()
              .lines()
              .filter(l -> !l.startsWith(" "))
              .collect(Collectors.joining(", "));
      throw new ConfigException("%s:%s %s".formatted(origin, line, problem), e);
    }
  }

  private static ObjectMapper mapper() {
    YAMLMapper mapper =
        YAMLMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .annotationIntrospector(new LowerCaseEnums())
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(
                DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
                DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS,
                DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(
                YAMLGenerator.Feature.WRITE_DOC_START_MARKER,
                YAMLGenerator.Feature.USE_NATIVE_TYPE_ID)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .build();
    // YAML 1.1 takes 5e-4 for a text, since it has no point.
    mapper
        .coercionConfigFor(LogicalType.Float)
        .setCoercion(CoercionInputShape.String, CoercionAction.TryConvert);
    for (CoercionInputShape shape :
        new CoercionInputShape[] {
          CoercionInputShape.Integer, CoercionInputShape.Float, CoercionInputShape.Boolean
        }) {
      mapper.coercionConfigFor(LogicalType.Textual).setCoercion(shape, CoercionAction.Fail);
    }
    return mapper;
  }

  /** Enum constants are written in lower case. */
  private static final class LowerCaseEnums extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1;

    @Override
    public String[] findEnumValues(Class<?> type, Enum<?>[] constants, String[] names) {
      for (int i = 0; i < constants.length; i++) {
        names[i] = constants[i].name().toLowerCase(Locale.ROOT);
      }
      return names;
    }
  }
}
