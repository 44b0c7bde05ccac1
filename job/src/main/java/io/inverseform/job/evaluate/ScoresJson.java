package io.inverseform.job.evaluate;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import java.io.IOException;

/** Scores as JSON text: snake_case keys. JSON has no NaN: what has no score is null. */
final class ScoresJson {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(
              DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
              DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .addModule(
              new SimpleModule()
                  .addSerializer(double.class, new NullForNaN())
                  .addSerializer(Double.class, new NullForNaN())
                  .addDeserializer(double.class, new NaNForNull())
                  .addDeserializer(Double.class, new NaNForNull()))
          .build();

  private ScoresJson() {}

  static String write(Scores scores) {
    try {
      return MAPPER.writeValueAsString(scores);
    } catch (JacksonException e) {
      throw new IllegalStateException("the scores of " + scores.split() + " have no JSON", e);
    }
  }

  static Scores read(String json, String origin) {
    try {
      return MAPPER.readValue(json, Scores.class);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "%s: no scores as evaluate writes them: %s: run evaluate again"
              .formatted(origin, e.getOriginalMessage()),
          e);
    }
  }

  private static final class NullForNaN extends StdScalarSerializer<Double> {
    private static final long serialVersionUID = 1;

    NullForNaN() {
      super(Double.class);
    }

    @Override
    public void serialize(Double value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      if (value.isNaN()) {
        out.writeNull();
      } else {
        out.writeNumber(value);
      }
    }
  }

  private static final class NaNForNull extends StdScalarDeserializer<Double> {
    private static final long serialVersionUID = 1;

    NaNForNull() {
      super(Double.class);
    }

    @Override
    public Double deserialize(JsonParser in, DeserializationContext context) throws IOException {
      return in.getDoubleValue();
    }

    @Override
    public Double getNullValue(DeserializationContext context) {
      return Double.NaN;
    }
  }
}
