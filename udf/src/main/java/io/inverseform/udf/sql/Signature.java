package io.inverseform.udf.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.spark.sql.types.DataType;

/**
 * What a function is called, takes and gives, and how that is documented.
 *
 * @param arguments inputs first, then options; those that may be left out last
 * @param usage a sentence or two
 */
record Signature(
    String name, DataType result, String usage, List<Argument> arguments, List<Example> examples) {
  /** The version that every function is documented to exist since. */
  static final String SINCE = "0.1.0";

  /**
   * A query and its result.
   *
   * @param query what is selected; {@code _FUNC_} stands for the function's name
   * @param result as Spark's SQL shell prints it
   */
  record Example(String query, String result) {}

  static Signature of(String name, DataType result, String usage) {
    return new Signature(name, result, usage, List.of(), List.of());
  }

  Signature takes(Argument... arguments) {
    return new Signature(name, result, usage, List.of(arguments), examples);
  }

  Signature example(String query, String output) {
    List<Example> more = new ArrayList<>(examples);
    more.add(new Example(query, output));
    return new Signature(name, result, usage, arguments, List.copyOf(more));
  }

  /** That of the variant which takes damaged images for NULL. */
  Signature tolerant() {
    String tolerantName = "try_" + name;
    String call =
        arguments.stream()
            .filter(Argument::required)
            .map(Signature::sample)
            .collect(Collectors.joining(", ", "_FUNC_(", ")"));
    return new Signature(
        tolerantName,
        result,
        "As " + name + ", but NULL where an image cannot be decoded.",
        arguments,
        List.of(new Example(call, "NULL")));
  }

  private static String sample(Argument argument) {
    if (argument.role() == Argument.Role.IMAGE) {
      return "X'00'";
    }
    return argument.type().catalogString().startsWith("map") ? "map(7, 0)" : "1";
  }

  List<Argument> inputs() {
    return select(argument -> argument.role() != Argument.Role.OPTION);
  }

  List<Argument> options() {
    return select(argument -> argument.role() == Argument.Role.OPTION);
  }

  private List<Argument> select(Predicate<Argument> wanted) {
    return arguments.stream().filter(wanted).toList();
  }

  boolean takesImages() {
    return arguments.stream().anyMatch(argument -> argument.role() == Argument.Role.IMAGE);
  }

  /** How many arguments cannot be left out. */
  int required() {
    return select(Argument::required).size();
  }

  /** The types of the first arguments. */
  DataType[] types(int count) {
    return arguments.stream().limit(count).map(Argument::type).toArray(DataType[]::new);
  }

  /** As in {@code f(a [, b [, c]])}. */
  String call() {
    return call(false);
  }

  /** As in {@code f(a binary [, b double [, c int]])}. */
  String typedCall() {
    return call(true);
  }

  private String call(boolean types) {
    StringBuilder text = new StringBuilder(name).append('(');
    int open = 0;
    for (int i = 0; i < arguments.size(); i++) {
      Argument argument = arguments.get(i);
      if (!argument.required()) {
        text.append(" [");
        open++;
      }
      text.append(i == 0 ? "" : ", ").append(argument.name());
      if (types) {
        text.append(' ').append(argument.type().catalogString());
      }
    }
    return text.append("]".repeat(open)).append(')').toString();
  }
}
