
/*
 * The module _pyexec_output of the embedded interpreter, for standard output
 * and standard error: all that code has written is in their pipes when the call
 * that writes it returns, so that nothing is lost when the process is killed;
 * and a print() is one write(), so that threads do not tear each other's lines.
 */

#ifndef _PYEXEC_OUTPUT_H_INCLUDED_
#define _PYEXEC_OUTPUT_H_INCLUDED_


/* in a zygote, before the interpreter starts */

void pyexec_output_register(void);


#endif /* _PYEXEC_OUTPUT_H_INCLUDED_ */
