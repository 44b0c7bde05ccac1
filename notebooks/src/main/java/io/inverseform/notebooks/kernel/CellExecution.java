package io.inverseform.notebooks.kernel;

import java.lang.reflect.Method;
import java.util.Map;
import jdk.jshell.execution.DirectExecutionControl;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;

/**
 * Runs JShell's snippets on the thread that evaluates them, and keeps the last one's value as it
 * is: JShell itself only knows its text.
 */
final class CellExecution extends DirectExecutionControl {
  private Object value;

  /** How JShell takes it. */
  ExecutionControlProvider provider() {
    return new ExecutionControlProvider() {
      @Override
      public String name() {
        return "cells";
      }

      @Override
      public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
        return CellExecution.this;
      }
    };
  }

  @Override
  protected String invoke(Method snippet) throws Exception {
    value = null;
    value = snippet.invoke(null);
    return "";
  }

  /** What the last snippet came to; null if it has no value. */
  Object value() {
    return value;
  }
}
