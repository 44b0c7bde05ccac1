package io.inverseform.udf.sql;

import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;

/** What {@code DESCRIBE FUNCTION EXTENDED} prints, in the layout of Spark's own functions. */
final class FunctionInfo {
  private FunctionInfo() {}

  static ExpressionInfo of(Signature signature, String group) {
    return new ExpressionInfo(
        InverseFormFunctions.class.getName(),
        null,
        signature.name(),
        signature.call() + " - " + signature.usage(),
        arguments(signature),
        examples(signature),
        "",
        group,
        Signature.SINCE,
        "",
        "java_udf");
  }

  private static String arguments(Signature signature) {
    StringBuilder text = new StringBuilder("\n    Arguments:\n");
    for (Argument argument : signature.arguments()) {
      text.append("      * ")
          .append(argument.name())
          .append(" - ")
          .append(argument.type().catalogString())
          .append(leftOut(argument))
          .append(": ")
          .append(argument.meaning())
          .append('\n');
    }
    return text.append("  ").toString();
  }

  private static String leftOut(Argument argument) {
    if (argument.required()) {
      return "";
    }
    Object fallback = argument.sqlFallback();
    if (fallback == null) {
      return ", may be left out";
    }
    String text = fallback instanceof String ? "'" + fallback + "'" : fallback.toString();
    return ", " + text + " if left out";
  }

  private static String examples(Signature signature) {
    StringBuilder text = new StringBuilder("\n    Examples:\n");
    for (Signature.Example example : signature.examples()) {
      text.append("      > SELECT ")
          .append(example.query())
          .append(";\n       ")
          .append(example.result())
          .append('\n');
    }
    return text.append("  ").toString();
  }
}
