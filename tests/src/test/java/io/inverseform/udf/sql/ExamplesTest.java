package io.inverseform.udf.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples in the documentation of functions are real. */
class ExamplesTest {
  static Stream<Arguments> examples() {
    return FunctionTable.all().stream()
        .map(SqlFunction::signature)
        .flatMap(
            signature ->
                signature.examples().stream()
                    .map(
                        example ->
                            Arguments.of(
                                example.query().replace("_FUNC_", signature.name()),
                                example.result())));
  }

  @ParameterizedTest
  @MethodSource("examples")
  void givesTheDocumentedResult(String query, String result) {
    assertThat(SqlSession.printed("SELECT " + query)).containsExactly(result);
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyFunctionHasAnExampleOfItself(String name) {
    assertThat(FunctionTable.named(name).signature().examples())
        .isNotEmpty()
        .allSatisfy(example -> assertThat(example.query()).contains("_FUNC_("));
  }

  static Stream<String> names() {
    return InverseFormFunctions.names().stream();
  }
}
