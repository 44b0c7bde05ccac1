package io.inverseform.notebooks.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class CellsTest {
  private final Cells cells = new Cells();
  private int number;

  @AfterEach
  void close() {
    cells.close();
  }

  private Object run(String source) {
    return cells.run(new Cell(++number, source));
  }

  private String failure(String source) {
    CellException failure = catchThrowableOfType(CellException.class, () -> run(source));
    assertThat(failure).as("the cell fails").isNotNull();
    return failure.getMessage();
  }

  @Test
  void theLastExpressionIsTheValueItself() {
    Object array = run("int[] made = {1, 2};\n\nmade // the value");

    assertThat(array).isInstanceOf(int[].class);
    assertThat(run("made")).isSameAs(array);
    assertThat(run("made[0] + made[1]")).isEqualTo(3);
  }

  @Test
  void declarationsAndWhatEndsWithASemicolonHaveNoValue() {
    assertThat(run("int x = 5;")).isNull();
    assertThat(run("int y = 5")).isNull();
    assertThat(run("x + 1;")).isNull();
    assertThat(run("// nothing")).isNull();
    assertThat(run("")).isNull();
    assertThat(run("System.getProperty(\"no such\")")).isNull();
  }

  @Test
  void methodsOfACellMayUseLaterOnes() {
    assertThat(
            run(
                "int twice(int x) { return 2 * half(4 * x) / 2; }\nint half(int x) { return x / 2; }\ntwice(3)"))
        .isEqualTo(6);
  }

  @Test
  void whatDoesNotCompileIsShownWhereItStands() {
    assertThat(failure("int a = 1;\n\nString s = a + undefined;"))
        .isEqualTo(
            """
            cell 1, line 3: cannot find symbol
                String s = a + undefined;
                               ^^^^^^^^^
              symbol:   variable undefined
              location: class\s""");
  }

  @Test
  void whatIsNotFinishedIsShown() {
    assertThat(failure("int a = 1;\nfor (int i = 0; i < 3; i++) {\n  a++;"))
        .startsWith("cell 1, line 3: reached end of file while parsing");
  }

  @Test
  void namesThatNobodyDeclaresAreShown() {
    assertThat(failure("int a() {\n  return b();\n}"))
        .isEqualTo("cell 1, line 1: 'a' uses what is declared nowhere: method b()");
  }

  @Test
  void exceptionsNameTheLinesOfAllCells() {
    run("\nint tenth(int x) {\n  // hopeless\n  return 10 / x;\n}");

    assertThat(failure("int zero = 0;\n\ntenth(zero)"))
        .isEqualTo(
            """
            cell 1, line 4:
                  return 10 / x;
            java.lang.ArithmeticException: / by zero
                at cell 1, line 4
                at cell 2, line 3""");
  }

  @Test
  void causesAreShown() {
    assertThat(
            failure(
                "throw new IllegalStateException(\"outer\",\n    new java.io.IOException(\"inner\"));"))
        .contains(
            "java.lang.IllegalStateException: outer", "Caused by: java.io.IOException: inner");
  }

  @Test
  void statementsBeforeAnErrorHaveRun() {
    failure("int kept = 3;\nkept = 4;\nthrow new RuntimeException();");

    assertThat(run("kept")).isEqualTo(4);
  }

  @Test
  void aRunningCellCanBeInterrupted() throws InterruptedException {
    run("static java.util.concurrent.CountDownLatch started;");
    CountDownLatch latch = new CountDownLatch(1);
    Thread interrupter =
        new Thread(
            () -> {
              while (latch.getCount() > 0) {
                cells.interrupt();
                Thread.onSpinWait();
              }
            });
    interrupter.start();

    assertThat(failure("Thread.sleep(60_000);")).contains("java.lang.InterruptedException");
    latch.countDown();
    interrupter.join();
    assertThat(run("Thread.currentThread().isInterrupted()")).isEqualTo(false);
  }

  @Test
  void completesTheLastSnippet() {
    run("String text = \"a\";");
    String source = "int before = 1;\ntext.repl";

    Cells.Completion completion = cells.complete(source, source.length());

    assertThat(completion.from()).isEqualTo(source.length() - "repl".length());
    assertThat(completion.replacements()).contains("replace(", "replaceAll(");
    assertThat(cells.signatures("text.repeat(", 12)).contains("String String.repeat(int count)");
  }

  @Test
  void knowsWhatIsUnfinished() {
    assertThat(cells.isComplete("int a = 1;")).isTrue();
    assertThat(cells.isComplete("for (;;) {")).isFalse();
  }
}
